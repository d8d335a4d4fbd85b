"""Executions that fail, and their redrives."""

import json
import random
import re
from typing import Any

import pytest

from contract import s3_uri
from reviews.client.errors import InvalidArgument
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, start, unique

BAD = {
    "missing-column": (
        reviews.to_csv(reviews.rows()[:60], header=("Clothing ID", "Age", "Text", "Rating")),
        {},
        "Review Text",
    ),
    "not-utf-8": ("Review Text,Rating\nschön,5\n".encode("latin-1"), {}, "UTF-8"),
    "empty": (b"", {}, "empty"),
    "rating-7": (
        reviews.to_csv((7, text) for _, text in reviews.rows()[:60]),
        {},
        "rating outside 1-5",
    ),
    "unknown-field": (reviews.to_csv(reviews.rows()), {"trainign": {}}, "trainign"),
    "unknown-base-model": (
        reviews.to_csv(reviews.rows()),
        {"base_model": "no-such-model"},
        "no-such-model",
    ),
}


@pytest.fixture(scope="module")
def failed(deployment: Deployment, succeeded: Execution) -> dict[str, Execution]:
    """All bad executions, side by side."""
    started = {
        name: start(deployment, f"bad-{name}", content, **more)
        for name, (content, more, _) in BAD.items()
    }
    return {name: finish(deployment, arn) for name, arn in started.items()}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_as_failed_with_a_cause_that_names_it(
    failed: dict[str, Execution], name: str
) -> None:
    assert failed[name].status == "FAILED"
    assert BAD[name][2] in failed[name].cause
    assert "Traceback" not in failed[name].cause


def test_a_failure_is_recorded_and_published(
    deployment: Deployment, failed: dict[str, Execution]
) -> None:
    found = failed["empty"]
    uri = f"s3://{deployment.outputs().artefact_bucket}/runs/{found.name}/failure.json"
    document = read_json(deployment, uri)
    assert document["step"] == "process"
    assert "empty" in document["reason"]
    assert found.error == "Process"


def test_a_model_that_learned_nothing_is_registered_as_rejected_and_not_deployed(
    deployment: Deployment, succeeded: Execution
) -> None:
    before = serving(deployment)
    rows = reviews.rows()
    ratings = [rating for rating, _ in rows]
    random.Random(1).shuffle(ratings)
    content = reviews.to_csv(
        (rating, text) for rating, (_, text) in zip(ratings, rows, strict=True)
    )
    found = finish(deployment, start(deployment, "noise", content))
    assert (found.status, found.error) == ("FAILED", "Gate")
    assert re.search(r"accuracy 0\.\d+ is below 0\.6", found.cause)
    assert packages(deployment, "Rejected")[0].endswith("/2")
    assert serving(deployment) == before


def test_a_redrive_begins_with_the_step_that_failed_and_another_attempt(
    deployment: Deployment, succeeded: Execution
) -> None:
    run = succeeded.result()["run"]
    (good,) = artefacts(deployment, run["prefix"])
    target = f"{run['prefix']}/training/mended/output/model.tar.gz"
    bucket, key = s3_uri.split(target)
    s3 = deployment.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"not an archive")
    name = unique("mended")
    document = {"start_at": "evaluation", "from_run": succeeded.name, "model_data": target}
    failed = finish(deployment, begin(deployment, name, document))
    assert (failed.status, failed.error) == ("FAILED", "Evaluate")
    assert "model.tar.gz" in failed.cause

    source = dict(zip(("Bucket", "Key"), s3_uri.split(good), strict=True))
    s3.copy_object(Bucket=bucket, Key=key, CopySource=source)
    deployment.facade().runs.redrive(failed)
    mended = finish(deployment, failed.arn)
    assert mended.status == "SUCCEEDED", mended.cause
    assert mended.result()["endpoint"]["endpoint_config"].endswith("-2")
    with pytest.raises(InvalidArgument, match=f"{name} is SUCCEEDED"):
        deployment.facade().runs.redrive(mended)


def test_the_same_name_twice_is_one_run(deployment: Deployment, succeeded: Execution) -> None:
    with pytest.raises(InvalidArgument, match="already the name of an execution"):
        begin(deployment, succeeded.name, {"reviews": succeeded.result()["run"]["reviews"]})


def read_json(deployment: Deployment, uri: str) -> Any:
    bucket, key = s3_uri.split(uri)
    return json.load(deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"])


def serving(deployment: Deployment) -> str:
    """The configuration that the endpoint serves with."""
    name = deployment.outputs().endpoint_name
    found = deployment.client("sagemaker").describe_endpoint(EndpointName=name)
    assert found["EndpointStatus"] == "InService"
    return str(found["EndpointConfigName"])


def packages(deployment: Deployment, status: str) -> list[str]:
    """ARNs of the registered models with this approval, newest first."""
    pages = (
        deployment.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(ModelPackageGroupName="reviews-local", ModelApprovalStatus=status)
    )
    return [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]


def artefacts(deployment: Deployment, prefix: str) -> list[str]:
    bucket, key = s3_uri.split(f"{prefix}/training/")
    found = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    names = [item["Key"] for item in found]
    return [f"s3://{bucket}/{name}" for name in names if name.endswith("/output/model.tar.gz")]
