"""An account with quotas of 0, simulated by the embedded AWS."""

import json
from collections.abc import Iterator

import pytest

from contract import s3_uri
from contract.advice import NEW_RUN, REDRIVE
from localcloud.jobs.service_quotas import INSTANCES
from localcloud.server import LocalCloud
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish

pytestmark = pytest.mark.slow
_FIELDS = {"Comment": "of the console", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "arn:parent"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(INSTANCES, "0")
        with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
            deployment = Deployment(cloud, tmp_path_factory.mktemp("cdk"))
            deployment.set_up()
            with cloud.enforce_iam():
                yield deployment


def test_an_execution_fails_before_anything_is_paid_for_however_it_was_started(
    empty: Deployment,
) -> None:
    outputs, s3 = empty.outputs(), empty.client("s3")
    uri = f"s3://{outputs.data_bucket}/reviews/reviews.csv"
    bucket, key = s3_uri.split(uri)
    s3.put_object(Bucket=bucket, Key=key, Body=reviews.to_csv(reviews.rows()))
    found = finish(empty, begin(empty, "first", {"reviews": uri, **_FIELDS}))
    assert (found.status, found.error) == ("FAILED", "Prepare")
    assert found.ended is not None
    assert (found.ended - found.started).total_seconds() < 60
    assert "for training job usage: 0; needed: 1. To fix it: " in found.cause
    assert "for endpoint usage: 0; needed: 1. To fix it: " in found.cause
    failure = f"runs/{found.name}/failure.json"
    body = s3.get_object(Bucket=outputs.artefact_bucket, Key=failure)["Body"].read()
    assert json.loads(body)["advice"] == REDRIVE
    assert empty.client("sagemaker").list_processing_jobs()["ProcessingJobSummaries"] == []


def test_a_wrong_input_advises_a_new_run(empty: Deployment) -> None:
    found = finish(empty, begin(empty, "wrong", {"reviews": "reviews.csv"}))
    assert found.cause.startswith("Prepare: reviews: 'reviews.csv' is not s3://bucket/key")
    assert NEW_RUN in found.cause
