"""An update of the endpoint, during which the old model serves."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, unique
from worlds.waiting import until

TEXTS = ["I loved this coat, it is perfect.", "I hated this coat, it is awful."]
_CLIENTS = 2


@contextmanager
def asked_all_the_time(deployment: Deployment) -> Iterator[list[list[str]]]:
    """Clients ask the endpoint during the block; gives what it answered. Fails if one failed."""
    endpoint = deployment.facade().endpoint
    over = threading.Event()
    answers: list[list[str]] = []

    def client() -> None:
        while not over.is_set():
            answers.append([prediction.label for prediction in endpoint.predict(TEXTS)])

    with ThreadPoolExecutor(_CLIENTS) as pool:
        asking = [pool.submit(client) for _ in range(_CLIENTS)]
        try:
            yield answers
        finally:
            over.set()
        for one in asking:
            one.result()


@pytest.fixture(scope="module")
def updated(deployment: Deployment, succeeded: Execution) -> Execution:
    """The model of the first run again, from its evaluation on, while clients ask."""
    document = {"start_at": "evaluation", "from_run": succeeded.name}
    with asked_all_the_time(deployment) as answers:
        found = finish(deployment, begin(deployment, unique("again"), document))
    assert found.status == "SUCCEEDED", found.cause
    assert answers
    assert {tuple(labels) for labels in answers} == {("positive", "negative")}
    return found


def test_no_request_fails_during_the_update(updated: Execution) -> None:
    assert updated.result()["endpoint"]["endpoint_config"].endswith("-1")


def test_the_champion_was_measured_on_the_same_reviews(
    succeeded: Execution, updated: Execution
) -> None:
    evaluation = updated.result()["evaluation"]
    champion = evaluation["champion"]
    # In 8 bits the company of a text changes its third digit, so perhaps one review.
    assert champion["accuracy"] == pytest.approx(evaluation["accuracy"], abs=0.05)
    assert "champion" not in succeeded.result()["evaluation"]


def test_every_model_is_a_version_with_metrics_and_lineage(
    deployment: Deployment, updated: Execution
) -> None:
    result = updated.result()
    found = deployment.client("sagemaker").describe_model_package(
        ModelPackageName=result["model_package"]["arn"]
    )
    assert found["ModelApprovalStatus"] == "Approved"
    properties = found["CustomerMetadataProperties"]
    assert properties["accuracy"] == str(result["evaluation"]["accuracy"])
    assert properties["run"] == result["run"]["id"]
    assert properties["features"] == result["run"]["features"]
    (container,) = found["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == result["run"]["model_data"]


def test_the_endpoint_scales(deployment: Deployment, updated: Execution) -> None:
    scaling = deployment.client("application-autoscaling")
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 2)


def test_requests_and_answers_are_captured(deployment: Deployment, updated: Execution) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs().artefact_bucket

    def captured() -> list[str]:
        found = s3.list_objects_v2(Bucket=bucket, Prefix="capture/").get("Contents", [])
        return [item["Key"] for item in found]

    assert until(captured)
    body = s3.get_object(Bucket=bucket, Key=captured()[0])["Body"].read()
    assert json.loads(body.splitlines()[0])["captureData"]["endpointInput"]["data"]


def test_two_executions_at_once_deploy_one_after_the_other(
    deployment: Deployment, succeeded: Execution
) -> None:
    document = {"start_at": "evaluation", "from_run": succeeded.name}
    arns = [begin(deployment, unique(f"twin-{n}"), document) for n in range(2)]
    for arn in arns:
        found = finish(deployment, arn)
        assert found.status == "SUCCEEDED", found.cause


def test_an_earlier_version_is_deployed_again_and_is_the_champion(
    deployment: Deployment, succeeded: Execution
) -> None:
    first, facade = succeeded.result()["model_package"]["version"], deployment.facade()
    document = {"start_at": "rollback", "version": first}
    with asked_all_the_time(deployment) as answers:
        found = finish(deployment, begin(deployment, unique("back"), document))
    assert found.status == "SUCCEEDED", found.cause
    assert {tuple(labels) for labels in answers} == {("positive", "negative")}
    assert found.result()["evaluation"] == succeeded.result()["evaluation"]
    serving = facade.models.serving()
    assert serving is not None
    assert (serving.rollback_to, serving.run) == (first, found.result()["run"]["id"])
    assert facade.scorings.version(None).number == serving.number
