"""The jobs of an execution that was stopped, or whose handling failed."""

from collections.abc import Sequence
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from contract.names import tuning_key

ARN = "arn:aws:states:us-east-1:1:{}:reviews-dev{}"
KEY, OTHER_KEY = (tuning_key("reviews-dev", run) for run in ("run-1", "other"))
EVERY_EVENT = (
    botocore.session.get_session().get_service_model("stepfunctions").shape_for("HistoryEventType")
).enum
STOPPED = ("ExecutionAborted", "WaitStateEntered", "TaskStateExited")


class Account:
    """SageMaker and Step Functions: a job that is stopped runs no more."""

    def __init__(self, *jobs: str, models: Sequence[str] = ()) -> None:
        self.jobs, self.models = list(jobs), list(models)
        self.stopped: list[str] = []
        self.status = "ABORTED"
        self.history: list[Sequence[str]] = [STOPPED]  # of each question; the last one lasts
        self.refusal = ""  # the code of an error

    def get_paginator(self, operation: str) -> Any:
        return Pages(self, operation)

    def stop_processing_job(self, *, ProcessingJobName: str) -> None:
        self._stop(ProcessingJobName)

    def stop_training_job(self, *, TrainingJobName: str) -> None:
        self._stop(TrainingJobName)

    def stop_hyper_parameter_tuning_job(self, *, HyperParameterTuningJobName: str) -> None:
        self._stop(HyperParameterTuningJobName)

    def stop_transform_job(self, *, TransformJobName: str) -> None:
        self._stop(TransformJobName)

    def _stop(self, name: str) -> None:
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal}}, "Stop")
        self.jobs.remove(name)
        self.stopped.append(name)

    def delete_model(self, *, ModelName: str) -> None:
        self.models.remove(ModelName)

    def describe_execution(self, **_request: str) -> dict[str, str]:
        return {"status": self.status}

    def get_execution_history(self, *, maxResults: int, **_request: Any) -> dict[str, Any]:
        events = self.history.pop(0) if len(self.history) > 1 else self.history[0]
        return {"events": [{"type": kind} for kind in events][:maxResults]}


class Pages:
    def __init__(self, account: Account, operation: str) -> None:
        self._account, self._operation = account, operation

    def paginate(self, *, NameContains: str, StatusEquals: str = "InProgress") -> list[Any]:
        if self._operation == "list_models":
            return [{"Models": [{"ModelName": name} for name in self._account.models]}]
        kind = self._operation.removeprefix("list_").removesuffix("_jobs").title().replace("_", "")
        own = {
            "Processing": ("process", "evaluate", "drift"),
            "Training": ("train",),
            "Transform": ("transform",),
            "HyperParameterTuning": (KEY, OTHER_KEY),
        }
        words = [form for word in own[kind] for form in (word, f"{word}1")]
        found = [
            {f"{kind}JobName": name}
            for name in self._account.jobs
            if StatusEquals == "InProgress" and NameContains in name and name.split("-")[2] in words
        ]
        return [{f"{kind}JobSummaries": found}]


@pytest.fixture
def stop(load, monkeypatch):
    """Calls the function about the execution `run-1` of a state machine."""
    module = load("stop_jobs")
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)

    def call(account: Account, machine: str = "", seconds: float = 170) -> Any:
        monkeypatch.setattr(module, "SAGEMAKER", account)
        monkeypatch.setattr(module, "STATES", account)
        detail = {
            "executionArn": f"{ARN.format('execution', machine)}:run-1",
            "stateMachineArn": ARN.format("stateMachine", machine),
            "name": "run-1",
            "status": account.status,
        }
        return module.handler({"detail": detail}, Context(seconds, slept))

    return call


class Context:
    """As Lambda's: what was slept is gone of the time."""

    def __init__(self, seconds: float, slept: list[float]) -> None:
        self._seconds, self._slept = seconds, slept

    def get_remaining_time_in_millis(self) -> int:
        return int((self._seconds - sum(self._slept)) * 1000)


@pytest.mark.parametrize(
    ("machine", "job"),
    [
        ("", "reviews-dev-process-run-1-1"),
        ("", "reviews-dev-train-run-1-2"),
        ("", "reviews-dev-evaluate-run-1-1"),
        ("", f"reviews-dev-{KEY}1"),
        ("-scoring", "reviews-dev-transform-run-1-1"),
        ("-drift", "reviews-dev-drift-run-1-1"),
    ],
)
def test_the_job_of_an_execution_is_stopped_and_no_other(stop, machine: str, job: str) -> None:
    others = [job.replace("run-1", "run-12"), job.replace("run-1", "other")]
    if KEY in job:
        others = [job.replace(KEY, OTHER_KEY)]
    account = Account(*others, job)
    assert stop(account, machine) == {"jobs": [job], "models": []}
    assert (account.stopped, account.jobs) == ([job], others)


def test_the_models_of_a_scoring_go_with_it(stop) -> None:
    mine = ["reviews-dev-transform-run-1-1", "reviews-dev-transform-run-1-2"]
    account = Account(mine[1], models=[*mine, "reviews-dev-transform-run-2-1"])
    assert stop(account, "-scoring") == {"jobs": mine[1:], "models": mine}
    assert account.models == ["reviews-dev-transform-run-2-1"]


def test_a_run_has_no_models_to_delete(stop) -> None:
    account = Account(models=["reviews-dev-model-run-1-1", "reviews-dev-transform-run-1-1"])
    assert stop(account)["models"] == []


def test_the_jobs_of_an_execution_that_was_redriven_go_on(stop) -> None:
    account = Account("reviews-dev-train-run-1-1", models=["reviews-dev-transform-run-1-1"])
    account.status = "RUNNING"
    assert stop(account) == {"jobs": [], "models": []}
    assert account.stopped == []


@pytest.mark.parametrize(
    "history",
    [
        ("ExecutionAborted", "TaskStarted", "TaskScheduled", "TaskStateEntered"),
        ("ExecutionAborted", "TaskStateAborted", "TaskScheduled"),
        ("TaskStateEntered", "PassStateExited"),  # the end is not there yet
    ],
)
def test_a_function_that_was_at_work_may_start_its_job_afterwards(
    stop, history: Sequence[str]
) -> None:
    assert set(history) <= set(EVERY_EVENT)
    job = "reviews-dev-train-run-1-1"
    account = Account()
    account.history = [history] * 3
    asked = account.get_execution_history

    def history_and_start(**request: Any) -> dict[str, Any]:
        if len(account.history) == 1:
            account.jobs.append(job)
        return asked(**request)

    account.get_execution_history = history_and_start  # type: ignore[method-assign]
    assert stop(account)["jobs"] == [job]


def test_it_looks_no_longer_than_it_has_time(stop) -> None:
    account = Account()
    account.history = [("ExecutionAborted", "TaskStarted")]
    assert stop(account) == {"jobs": [], "models": []}


def test_a_job_that_ends_meanwhile_is_no_error(stop) -> None:
    account = Account("reviews-dev-train-run-1-1")
    account.refusal = "ValidationException"
    assert stop(account)["jobs"] == ["reviews-dev-train-run-1-1"]


def test_a_call_that_is_throttled_is_made_again_by_lambda(stop) -> None:
    account = Account("reviews-dev-train-run-1-1")
    account.refusal = "ThrottlingException"
    with pytest.raises(Exception, match="ThrottlingException") as raised:
        stop(account)
    assert type(raised.value).__name__ == "Throttled"
