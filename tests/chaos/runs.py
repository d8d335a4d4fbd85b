"""Runs on few reviews, and what they leave: the same, whatever happened on the way."""

import csv
import io
import random
from typing import Any

from contract import s3_uri
from contract.features import SPLITS
from localcloud.faults.client import FaultClient
from reviews.client.runs.execution import Execution
from tests.integration import executions, reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import TRAINING

_REVIEWS = 90
_QUICK = {**TRAINING, "epochs": 1}
# In evaluation.json: the champion is another one for every run, and a training chooses by
# measuring how attention is computed (ml_code/training/computation.py), which moves probabilities
# in their fourth decimal.
_NOT_COMPARED = (
    "champion",
    "temperature",
    "reliability",
    "reliability_before_scaling",
    "worst_mistakes",
)
JOBS = {"process": "processing", "train": "training", "evaluate": "processing"}
Rows = list[tuple[str, ...]]


def content(seed: int = 1) -> bytes:
    """A CSV of some of the reviews; another seed, other ones."""
    return reviews.to_csv(random.Random(seed).sample(reviews.rows(), _REVIEWS))


def start(deployment: Deployment, name: str, seed: int = 1) -> str:
    """The ARN of a whole run on these reviews."""
    return executions.start(deployment, name, content(seed), training=_QUICK)


def begin_again(deployment: Deployment, name: str, first: Execution) -> str:
    """The ARN of a run that judges and deploys the model of an earlier one."""
    document = {"start_at": "evaluation", "from_run": first.name}
    return executions.begin(deployment, name, document)


def roll_back(deployment: Deployment, name: str, version: int) -> str:
    """The ARN of a run that deploys an earlier version again."""
    document = {"start_at": "rollback", "version": version}
    return executions.begin(deployment, name, document)


# -- what a run leaves ---------------------------------------------------------------------------


def expect_same(deployment: Deployment, found: Execution, undisturbed: Execution) -> None:
    """The same splits and metrics, one version of its model, and one job of each step."""
    assert found.status == "SUCCEEDED", f"{found.name}: {found.error}: {found.cause}"
    mine, wanted = found.result(), undisturbed.result()
    assert metrics(mine) == metrics(wanted), (metrics(mine), metrics(wanted))
    for split in SPLITS:
        assert rows(deployment, mine["run"], split) == rows(deployment, wanted["run"], split)
    assert versions(deployment, mine["run"]["id"]) == [mine["model_package"]["arn"]]
    for step in JOBS:
        expect_one_result(deployment, step, mine["run"]["id"])
    expect_one_endpoint(deployment)


def expect_same_at_once(deployment: Deployment, found: Execution, undisturbed: Execution) -> None:
    """And no step was attempted twice."""
    expect_same(deployment, found, undisturbed)
    expect_one_job(deployment, found.result()["run"]["id"])


def expect_all_injected(faults: FaultClient) -> None:
    left = [one for one in faults.list() if one["injected"] != one["times"]]
    assert left == [], left


def metrics(result: dict[str, Any]) -> dict[str, Any]:
    """What follows from the predicted classes."""
    evaluation = result["evaluation"]
    return {name: evaluation[name] for name in evaluation if name not in _NOT_COMPARED}


def rows(deployment: Deployment, run: dict[str, Any], split: str) -> Rows:
    """Of one split, but for the date, which is that of the run."""
    bucket, prefix = s3_uri.split(f"{run['features']}/{split}/")
    s3, found = deployment.client("s3"), []
    for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().decode()
        found += [{**row, "date": ""} for row in csv.DictReader(io.StringIO(body))]
    assert found
    return sorted(tuple(row.values()) for row in found)


def versions(deployment: Deployment, run: str) -> list[str]:
    """The ARNs of the versions in the registry that are of this run."""
    sagemaker = deployment.client("sagemaker")
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName="reviews-local"
    )
    arns = [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]
    described = (sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns)
    return [
        package["ModelPackageArn"]
        for package in described
        if package["CustomerMetadataProperties"]["run"] == run
    ]


def jobs(deployment: Deployment, step: str, run: str) -> dict[str, str]:
    """Names and statuses of a step's jobs in this run; `step` as in their names."""
    sagemaker, kind = deployment.client("sagemaker"), JOBS[step]
    pages = sagemaker.get_paginator(f"list_{kind}_jobs").paginate(
        NameContains=f"reviews-local-{step}-{run}-"
    )
    name = f"{kind.capitalize()}Job"
    return {
        item[f"{name}Name"]: item[f"{name}Status"]
        for page in pages
        for item in page[f"{name}Summaries"]
    }


def expect_one_result(deployment: Deployment, step: str, run: str) -> None:
    """As many jobs as there were attempts, of which one came to its end."""
    found = jobs(deployment, step, run)
    assert list(found.values()).count("Completed") == 1, found
    assert "InProgress" not in found.values(), found


def expect_one_job(deployment: Deployment, run: str) -> None:
    """Of each step."""
    for step in JOBS:
        assert list(jobs(deployment, step, run).values()) == ["Completed"], step


def expect_one_endpoint(deployment: Deployment) -> None:
    found = deployment.client("sagemaker").list_endpoints()["Endpoints"]
    assert [item["EndpointName"] for item in found] == [deployment.outputs().endpoint_name]


def running(deployment: Deployment, run: str) -> list[str]:
    """The names of the run's jobs that have not ended."""
    return [
        name
        for step in JOBS
        for name, status in jobs(deployment, step, run).items()
        if status in ("InProgress", "Stopping")
    ]
