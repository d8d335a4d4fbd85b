"""The end of a comparison, well or not."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.drift_reports import document
from tests.lambdas.fakes import Recorder

CONTEXT = SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:us-east-1:1:function:reviews-dev-end-drift"
)
STARTED = {
    "drift_prefix": "s3://artefacts/drift/20260208T070000Z-weekly",
    "report": "r-1",
    "end": "2026-02-08T07:00:00.120000+00:00",
}
ENDING = {
    "failed": False,
    "execution": "weekly",
    "started": STARTED,
    "attempt": 1,
    "reason": "",
    "error": "",
    "redrives": 0,
    "redrive_count": 0,
    "new_run": {},
}
NEW_RUN = {"reviews": "s3://data/reviews/latest.csv"}
MACHINE = "arn:aws:states:us-east-1:1:stateMachine:reviews-dev"


class Account(Recorder):
    """With this report, and executions that ended then; None runs still."""

    def __init__(
        self, report: dict[str, Any], *ended: datetime | None, taken: bool = False
    ) -> None:
        super().__init__()
        self._report, self._ended, self._taken = report, ended, taken

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == (
            "artefacts",
            "drift/20260208T070000Z-weekly/report/report.json",
        )
        return {"Body": io.BytesIO(json.dumps(self._report).encode())}

    def list_executions(self, **request: str) -> dict[str, Any]:
        assert request.pop("stateMachineArn") == MACHINE
        assert request in ({}, {"statusFilter": "RUNNING"})
        found = [end for end in self._ended if not request or end is None]
        return {"executions": [{"stopDate": end} if end else {} for end in found]}

    def start_execution(self, **request: str) -> None:
        self.calls["start_execution"] = request
        if self._taken:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")


@pytest.fixture
def ending(load, monkeypatch):
    def call(account: Recorder, **changes: Any) -> Any:
        module = load("end_drift")
        for name in ("SAGEMAKER", "S3", "CLOUDWATCH", "STATES"):
            monkeypatch.setattr(module, name, account)
        return module.handler({**ENDING, **changes}, CONTEXT)

    return call


def metrics(account: Recorder) -> dict[str, float]:
    request = account.calls["put_metric_data"]
    assert request["Namespace"] == "Reviews/reviews-dev"
    return {one["MetricName"]: one["Value"] for one in request["MetricData"]}


def test_a_report_of_drift_is_a_metric_of_how_many_quantities(ending) -> None:
    account = Account(document("class_mix", "length"))
    assert ending(account) == {
        "report": "r-1",
        "verdict": "drift",
        "drifted": ["class_mix", "length"],
        "requests": 500,
        "new_run": "",
    }
    assert metrics(account) == {"CapturedRequests": 500, "DriftedQuantities": 2}


def test_a_report_without_drift_ends_the_alarm(ending) -> None:
    account = Account(document())
    assert ending(account, new_run=NEW_RUN)["verdict"] == "no drift"
    assert metrics(account) == {"CapturedRequests": 500, "DriftedQuantities": 0}
    assert "start_execution" not in account.calls


def test_a_report_of_too_few_requests_leaves_the_alarm_as_it_is(ending) -> None:
    account = Account(document(verdict="too few requests"))
    ending(account)
    assert metrics(account) == {"CapturedRequests": 500}


def test_drift_starts_a_run_where_the_settings_say_so(ending) -> None:
    account = Account(document("accuracy"))
    assert ending(account, new_run=NEW_RUN)["new_run"] == "retrain-weekly"
    assert account.calls["start_execution"] == {
        "stateMachineArn": MACHINE,
        "name": "retrain-weekly",
        "input": json.dumps(NEW_RUN),
    }


def test_a_second_attempt_finds_the_run_of_the_first(ending) -> None:
    account = Account(document("accuracy"), taken=True)
    assert ending(account, new_run=NEW_RUN)["new_run"] == "retrain-weekly"


def test_no_run_is_started_beside_another(ending) -> None:
    account = Account(document("accuracy"), None)
    assert ending(account, new_run=NEW_RUN)["new_run"] == ""
    assert "start_execution" not in account.calls


def test_no_run_is_started_after_one_that_has_ended_since_the_period(ending) -> None:
    """A report takes minutes. Meanwhile a run may have brought a new model, or a rollback an old
    one, about which this report says nothing; the next one will."""
    account = Account(document("accuracy"), datetime(2026, 2, 8, 7, 1, tzinfo=UTC))
    assert ending(account, new_run=NEW_RUN)["new_run"] == ""
    assert "start_execution" not in account.calls
    earlier = Account(document("accuracy"), datetime(2026, 2, 8, 6, 59, tzinfo=UTC))
    assert ending(earlier, new_run=NEW_RUN)["new_run"] == "retrain-weekly"


def test_what_failed_stops_its_job_and_says_why(ending) -> None:
    recorder = Recorder()
    with pytest.raises(Exception, match=r"^no baseline$") as raised:
        ending(recorder, failed=True, attempt=3, reason="no baseline", started={})
    assert type(raised.value).__name__ == "DriftReportFailed"
    job = {"ProcessingJobName": "reviews-dev-drift-weekly-3"}
    assert recorder.calls == {"stop_processing_job": job}


def test_what_is_gone_hides_no_reason(ending) -> None:
    with pytest.raises(Exception, match=r"^States\.Timeout$"):
        ending(Recorder("stop_processing_job"), failed=True, error="States.Timeout")


def test_after_a_redrive_the_execution_goes_on(ending) -> None:
    assert ending(Recorder(), failed=True, redrive_count=2, redrives=1) == {"redrives": 2}
