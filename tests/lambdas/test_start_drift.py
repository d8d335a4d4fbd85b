"""A comparison finds the model that serves, and the requests of its period."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.execution_input import InvalidInput
from contract.names import RUN_TAG

EXECUTION = {
    "id": "arn:aws:states:us-east-1:1:execution:reviews-dev-drift:weekly",
    "name": "weekly",
    "start_time": "2026-02-08T07:00:00.123Z",
}
TEMPLATE = {
    "ProcessingJobName": "{job}",
    "ProcessingInputs": [
        {"S3Input": {"S3Uri": "{drift_prefix}/manifest.json"}},
        {"S3Input": {"S3Uri": "{baseline}"}},
        {"S3Input": {"S3Uri": "{code}/source/drift.py"}},
    ],
    "AppSpecification": {
        "ContainerArguments": ["--run={run}", "--start={start}", "--end={end}"],
    },
}
BASELINE = "runs/run-1/evaluation/baseline/baseline.json"
_CAPTURE = "capture/reviews-dev/AllTraffic"
HOURS = [
    f"{_CAPTURE}/2026/01/20/00/a.jsonl",
    f"{_CAPTURE}/2026/02/01/06/a.jsonl",
    f"{_CAPTURE}/2026/02/01/07/a.jsonl",
    f"{_CAPTURE}/2026/02/05/23/a.jsonl",
    f"{_CAPTURE}/2026/02/08/07/a.jsonl",
    f"{_CAPTURE}/2026/02/08/08/a.jsonl",
]


class Account:
    """SageMaker and S3 with an endpoint of run-1 since this moment, and these objects."""

    def __init__(self, *objects: str, since: str = "2025-12-24", run: str = "run-1") -> None:
        self.keys, self.run = sorted(objects), run
        self.since = datetime.fromisoformat(since).replace(tzinfo=UTC)
        self.put: dict[str, bytes] = {}
        self.jobs: list[dict[str, Any]] = []
        self.is_there = True
        self.stopped = ""  # the configuration that a stopped endpoint served

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:
        if not self.is_there:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "DescribeEndpoint")
        return {"EndpointName": EndpointName, "EndpointConfigName": "reviews-dev-config-1"}

    def describe_endpoint_config(self, *, EndpointConfigName: str) -> dict[str, Any]:
        return {"EndpointConfigArn": f"arn:{EndpointConfigName}", "CreationTime": self.since}

    def list_tags(self, *, ResourceArn: str) -> dict[str, Any]:
        assert ResourceArn == "arn:reviews-dev-config-1"
        return {"Tags": [{"Key": RUN_TAG, "Value": self.run}] if self.run else []}

    def get_paginator(self, operation: str) -> "Account":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str, StartAfter: str) -> Iterator[dict[str, Any]]:
        assert Bucket == "artefacts"
        for key in self.keys:
            if key.startswith(Prefix) and key > StartAfter:
                yield {"Contents": [{"Key": key}]}

    def head_object(self, *, Bucket: str, Key: str) -> None:
        if Key not in self.keys and Key not in self.put:
            answer = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(answer, "HeadObject")

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == ("artefacts", "endpoint/stopped.json")
        if not self.stopped:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        document = {"config": self.stopped, "tags": [], "scaling": [], "reason": "for a test"}
        body = io.BytesIO(json.dumps(document).encode())
        return {"Body": body, "LastModified": self.since}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.put[Key] = Body

    def create_processing_job(self, **request: Any) -> None:
        self.jobs.append(request)

    @property
    def manifest(self) -> list[Any]:
        (found,) = (body for key, body in self.put.items() if key.endswith("/manifest.json"))
        return list(json.loads(found))


@pytest.fixture
def comparing(load, monkeypatch, tmp_path):
    """Calls the handler on an account, with this input."""

    def call(account: Account, **given: Any) -> Any:
        module = load("start_drift")
        monkeypatch.setattr(module, "SAGEMAKER", account)
        monkeypatch.setattr(module, "S3", account)
        (tmp_path / "drift.py").write_text("")
        monkeypatch.setattr(module, "CODE", tmp_path)
        event = {"execution": EXECUTION, "attempt": 2, "request": TEMPLATE}
        return module.handler({**event, "hours": 168, "ratings_days": 28, "input": given}, None)

    return call


def test_the_job_reads_the_requests_of_the_period(comparing) -> None:
    account = Account(BASELINE, *HOURS)
    said = comparing(account)
    assert account.manifest == [{"prefix": "s3://artefacts/"}, BASELINE, *HOURS[2:5]]
    assert said["objects"] == 3
    assert said["report"] == "20260208T070000Z-weekly"
    (job,) = account.jobs
    assert job["ProcessingJobName"] == said["job"] == "reviews-dev-drift-weekly-2"
    manifest, baseline, code = (one["S3Input"]["S3Uri"] for one in job["ProcessingInputs"])
    assert manifest == "s3://artefacts/drift/20260208T070000Z-weekly/manifest.json"
    assert baseline == "s3://artefacts/runs/run-1/evaluation/baseline"
    assert code.startswith("s3://artefacts/code/")
    assert job["AppSpecification"]["ContainerArguments"] == [
        "--run=run-1",
        "--start=2026-02-01T07:00:00.123000+00:00",
        "--end=2026-02-08T07:00:00.123000+00:00",
    ]
    assert {"Key": RUN_TAG, "Value": "run-1"} in job["Tags"]


def test_where_there_are_ratings_older_requests_are_read_too(comparing) -> None:
    old, new = "feedback/2026/01/01/a.jsonl", "feedback/2026/02/07/b.jsonl"
    account = Account(BASELINE, *HOURS, old, new)
    comparing(account)
    assert account.manifest[1:] == [BASELINE, *HOURS[:5], new]


def test_the_period_begins_when_the_present_model_was_deployed(comparing) -> None:
    account = Account(BASELINE, *HOURS, since="2026-02-05 12:00")
    said = comparing(account)
    assert said["start"] == said["rated_from"] == "2026-02-05T12:00:00+00:00"
    assert account.manifest[2:] == HOURS[3:5]


def test_the_input_may_name_another_period(comparing) -> None:
    account = Account(BASELINE, *HOURS)
    said = comparing(account, last_hours=1)
    assert said["start"] == "2026-02-08T06:00:00.123000+00:00"
    assert account.manifest[2:] == HOURS[4:5]


def test_a_period_without_requests_has_an_input_for_the_job(comparing) -> None:
    account = Account(BASELINE)
    assert comparing(account)["objects"] == 0
    assert account.manifest == [{"prefix": "s3://artefacts/"}, BASELINE]


@pytest.mark.parametrize(
    ("account", "kind", "message"),
    [
        (Account(*HOURS), "BaselineMissing", "run-1, whose model serves, was evaluated before"),
        (Account(BASELINE, run=""), "BaselineMissing", "has no tag reviews:run"),
    ],
)
def test_a_model_without_a_baseline_is_told(
    comparing, account: Account, kind: str, message: str
) -> None:
    with pytest.raises(Exception, match=message) as raised:
        comparing(account)
    assert type(raised.value).__name__ == kind
    assert account.jobs == []


def test_without_an_endpoint_there_is_nothing_to_compare(comparing) -> None:
    account = Account(BASELINE)
    account.is_there = False
    with pytest.raises(Exception, match="there is no endpoint reviews-dev") as raised:
        comparing(account)
    assert type(raised.value).__name__ == "EndpointMissing"


def test_of_a_stopped_endpoint_the_model_is_compared_that_it_served(comparing) -> None:
    account = Account(BASELINE, *HOURS)
    account.is_there, account.stopped = False, "reviews-dev-config-1"
    assert comparing(account)["run"] == "run-1"
    assert account.manifest[1:] == [BASELINE, *HOURS[2:5]]


@pytest.mark.parametrize("hours", [0, "7", 24 * 93, True, 1.5])
def test_a_period_that_cannot_be_is_refused(comparing, hours: Any) -> None:
    with pytest.raises(InvalidInput, match=r"last_hours: .* must be a whole number from 1 to 2208"):
        comparing(Account(BASELINE), last_hours=hours)
