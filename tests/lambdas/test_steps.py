"""The functions between Prepare and the end, on stand-ins that answer as AWS does."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambdas.conftest import run

TAGS = [
    {"Key": "reviews:environment", "Value": "dev"},
    {"Key": "reviews:run", "Value": "run-1"},
]


def test_processing_reads_a_base_model_from_s3_as_an_input(load) -> None:
    template = {
        "ProcessingJobName": "{job}",
        "ProcessingInputs": [],
        "Arguments": ["--base-model={base_model}"],
    }
    make_request = load("start_processing").make_request
    hub = make_request(run(), template)
    assert hub["ProcessingJobName"] == "reviews-dev-process-run-1"
    assert hub["Arguments"] == ["--base-model=roberta-base"]
    assert hub["ProcessingInputs"] == []
    assert hub["Tags"] == TAGS
    stored = make_request(run(base_model="s3://data/model/"), template)
    (source,) = stored["ProcessingInputs"]
    assert stored["Arguments"] == [f"--base-model={source['S3Input']['LocalPath']}"]
    assert source["S3Input"]["S3Uri"] == "s3://data/model/"


def test_training_reads_a_base_model_from_s3_as_a_channel(load) -> None:
    template = {
        "InputDataConfig": [],
        "HyperParameters": {"base-model": '"{base_model}"', "sagemaker_job_name": '"{job}"'},
    }
    make_request = load("start_training").make_request
    hub = make_request(run(), template)
    assert hub["TrainingJobName"] == "reviews-dev-train-run-1"
    assert hub["InputDataConfig"] == []
    assert hub["HyperParameters"] == {
        "base-model": '"roberta-base"',
        "sagemaker_job_name": '"reviews-dev-train-run-1"',
    }
    stored = make_request(run(base_model="s3://data/model/"), template)
    (channel,) = stored["InputDataConfig"]
    assert channel["ChannelName"] == "base_model"


def test_evaluation_reads_the_model_of_the_training(load) -> None:
    make_request = load("start_evaluation").make_request
    request = make_request(run(), {"Uri": "{model_data}"}, "s3://artefacts/model.tar.gz")
    assert request["Uri"] == "s3://artefacts/model.tar.gz"
    assert request["ProcessingJobName"] == "reviews-dev-evaluate-run-1"


class SageMaker:
    """Remembers what it was asked to create or update; knows one endpoint, or none."""

    def __init__(self, config: str | None) -> None:
        self.config, self.calls = config, []

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:
        if self.config is None:
            error = {"Code": "ValidationException", "Message": "Could not find endpoint"}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        return {"EndpointConfigName": self.config}

    def __getattr__(self, name: str) -> Any:
        return lambda **request: self.calls.append((name, request))


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        (None, "create_endpoint"),
        ("reviews-dev-endpoint-config-old", "update_endpoint"),
        ("reviews-dev-endpoint-config-run-1", None),
    ],
)
def test_an_endpoint_is_created_updated_or_left(load, current: str | None, expected) -> None:
    deploy = load("deploy_endpoint")
    client = SageMaker(current)
    deploy.put_endpoint(client, run(), "reviews-dev", "reviews-dev-endpoint-config-run-1")
    assert [name for name, _ in client.calls] == ([expected] if expected else [])


def test_deploying_fills_both_requests(load, monkeypatch) -> None:
    deploy = load("deploy_endpoint")
    client = SageMaker(None)
    monkeypatch.setattr(deploy, "SAGEMAKER", client)
    event = {
        "run": run(),
        "model_data": "s3://artefacts/model.tar.gz",
        "model": {"ModelName": "{model}", "ModelDataUrl": "{model_data}"},
        "endpoint_config": {"EndpointConfigName": "{endpoint_config}", "ModelName": "{model}"},
    }
    assert deploy.handler(event, None) == {
        "name": "reviews-dev",
        "model": "reviews-dev-model-run-1",
        "endpoint_config": "reviews-dev-endpoint-config-run-1",
    }
    calls = dict(client.calls)
    assert calls["create_model"]["ModelDataUrl"] == "s3://artefacts/model.tar.gz"
    assert calls["create_endpoint_config"]["ModelName"] == "reviews-dev-model-run-1"
    assert calls["create_endpoint"]["Tags"] == TAGS


class Athena:
    def __init__(self, state: str, count: int = 0) -> None:
        self._state, self._count, self.sql = state, count, ""

    def start_query_execution(self, *, QueryString: str, WorkGroup: str) -> dict[str, str]:
        self.sql = QueryString
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, *, QueryExecutionId: str) -> dict[str, Any]:
        status = {"State": self._state, "StateChangeReason": "no such table"}
        return {"QueryExecution": {"Status": status}}

    def get_query_results(self, *, QueryExecutionId: str) -> dict[str, Any]:
        rows = [{"Data": [{"VarCharValue": value}]} for value in ("_col0", str(self._count))]
        return {"ResultSet": {"Rows": rows}}


def test_stored_rows_are_those_of_this_run(load) -> None:
    check = load("check_features")
    athena = Athena("SUCCEEDED", 12)
    assert check.count_stored(athena, check.ENVIRONMENT, "2026-01-31T12:00:00.000Z") == 12
    assert """"date" = '2026-01-31T12:00:00.000Z\'""" in athena.sql
    assert '"reviews_dev"."reviews_dev"' in athena.sql


def test_a_failed_query_says_why(load) -> None:
    check = load("check_features")
    with pytest.raises(check.QueryFailed, match="no such table"):
        check.count_stored(Athena("FAILED"), check.ENVIRONMENT, "2026-01-31T12:00:00.000Z")


class Runtime:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self._body = "\n".join(map(json.dumps, answers)).encode()

    def invoke_endpoint(self, **_request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._body)}


GOOD = {
    "label": "positive",
    "probabilities": {"negative": 0.1, "neutral": 0.2, "positive": 0.7},
}


def test_three_good_answers_pass(load) -> None:
    predict = load("smoke_test").predict
    assert predict(Runtime(GOOD, GOOD, GOOD), "reviews-dev") == [GOOD] * 3


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([GOOD], "1 answers to 3 sentences"),
        ([GOOD, GOOD, GOOD | {"label": "good"}], "the labels must be"),
        ([GOOD, GOOD, GOOD | {"probabilities": {"negative": 1.0}}], "the labels must be"),
        (
            [GOOD | {"probabilities": {"negative": 1, "neutral": 1, "positive": 1}}, GOOD, GOOD],
            "add up to 3.0, not 1",
        ),
    ],
)
def test_a_strange_answer_fails(load, answers: list[Any], message: str) -> None:
    smoke_test = load("smoke_test")
    with pytest.raises(smoke_test.SmokeTestFailed, match=message):
        smoke_test.predict(Runtime(*answers), "reviews-dev")
