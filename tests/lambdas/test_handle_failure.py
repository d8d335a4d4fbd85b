"""How an execution fails, and the notification about it."""

import json
import re
import shlex
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from contract.advice import NEW_RUN
from contract.steps import Step
from tests.lambdas.fakes import Recorder
from tests.lambdas.runs import run

FAILURE = {
    "execution": "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:Run 1",
    "run": run(),
    "step": "train",
    "reason": "out of memory",
    "error": "",
    "status": "Failed",
    "job_error": "AlgorithmError",
    "job": {"kind": "training", "name": "reviews-dev-train-run-1-1"},
    "redrives": 0,
    "redrive_count": 0,
}


@pytest.fixture
def failing(load, monkeypatch):
    """The handler of failures on one recorder for all its clients."""

    def made(recorder: Recorder) -> Any:
        module = load("handle_failure")
        for name in ("SAGEMAKER", "S3", "SNS"):
            monkeypatch.setattr(module, name, recorder)
        return module

    return made


def test_a_failure_stops_the_job_is_recorded_and_published(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match="Train: out of memory") as raised:
        module.handler(FAILURE, None)
    assert type(raised.value).__name__ == "Train"  # Step Functions' name of the error
    stopped = recorder.calls["stop_training_job"]
    assert stopped == {"TrainingJobName": "reviews-dev-train-run-1-1"}
    assert recorder.calls["put_object"]["Key"] == "runs/run-1/failure.json"
    assert json.loads(recorder.calls["put_object"]["Body"])["reason"] == "out of memory"
    assert recorder.calls["publish"]["Subject"] == "reviews-dev: run run-1 failed in Train"
    assert FAILURE["execution"] in recorder.calls["publish"]["Message"]


def test_of_a_tuning_job_no_training_job_is_left_running(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    job = {"kind": "hyper-parameter-tuning", "name": "reviews-dev-abcde1"}
    with pytest.raises(module.StepFailed, match="Train: out of memory"):
        module.handler(FAILURE | {"job": job}, None)
    stopped = recorder.calls["stop_hyper_parameter_tuning_job"]
    assert stopped == {"HyperParameterTuningJobName": "reviews-dev-abcde1"}


def test_nothing_hides_why_a_step_failed(failing) -> None:
    recorder = Recorder("stop_training_job", "put_object", "publish")
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match="Train: out of memory"):
        module.handler(FAILURE, None)
    assert len(recorder.calls) == 3


def test_a_job_that_could_not_be_stopped_is_no_end(failing) -> None:
    recorder = Recorder("stop_training_job", code="ThrottlingException")
    module = failing(recorder)
    message = "Train: out of memory .its job could not be stopped: .*ThrottlingException"
    with pytest.raises(Exception, match=message) as raised:
        module.handler(FAILURE, None)
    assert type(raised.value).__name__ == "Throttled"
    assert set(recorder.calls) == {"stop_training_job"}


def test_a_failure_before_there_is_a_run_has_its_place(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed):
        module.handler(FAILURE | {"run": {}, "job": {}, "step": "prepare"}, None)
    assert recorder.calls["put_object"]["Key"].startswith("runs/run-1-")
    assert set(recorder.calls) == {"put_object", "publish"}


def test_a_redrive_lets_the_state_machine_go_on(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    redriven = FAILURE | {"redrive_count": 1}
    assert module.handler(redriven, None) == {"redrives": 1}
    assert set(recorder.calls) == {"stop_training_job"}
    with pytest.raises(module.StepFailed):
        module.handler(redriven | {"redrives": 1}, None)


@pytest.mark.parametrize(
    ("failure", "helps"),
    [
        ({"step": "train"}, True),
        ({"step": "prepare", "error": "InvalidInput", "reason": "reviews: missing"}, False),
        ({"step": "prepare", "error": "UnreadableReviews", "reason": "(404)"}, True),
        ({"step": "prepare", "error": "AccountNotReady", "reason": "Quota: x: 0; needed: 1"}, True),
        ({"step": "train", "error": "NameTaken", "reason": "an earlier run"}, False),
        ({"step": "process", "reason": "reviews.csv: not UTF-8: byte 0xff in line 1"}, False),
        ({"step": "process", "reason": "80 of 200 rows cannot be used, more than 10%"}, False),
        ({"step": "process", "reason": "neutral has 3 reviews; every split needs one"}, False),
        (
            {
                "step": "process",
                "reason": "CapacityError: no machines",
                "job_error": "CapacityError",
            },
            True,
        ),
        ({"step": "process", "reason": "feature group 'x': 3 rows failed 3 times"}, True),
        ({"step": "process", "reason": "OSError: [Errno 28] No space left on device"}, False),
        (
            {"step": "process", "reason": "the processing job was stopped", "status": "Stopped"},
            True,
        ),
        ({"step": "process", "reason": "row 7 (x)", "job_error": "InternalServerError"}, True),
        ({"step": "process", "error": "Sandbox.Timedout", "reason": "timed out"}, True),
        ({"step": "gate", "reason": "accuracy 0.5 is below 0.6; registered"}, False),
        ({"step": "gate", "error": "States.Timeout", "reason": "States.Timeout"}, True),
    ],
)
def test_a_redrive_is_advised_where_it_can_mend_something(
    failing, failure: dict[str, str], helps: bool
) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed) as raised:
        module.handler(FAILURE | failure, None)
    message = recorder.calls["publish"]["Message"]
    document = json.loads(recorder.calls["put_object"]["Body"])
    assert ("redrive-execution --region us-east-1 --execution-arn" in message) is helps
    assert (NEW_RUN in message) is not helps
    assert (NEW_RUN in document["advice"]) is not helps
    assert (NEW_RUN in str(raised.value)) is not helps
    assert str(raised.value).startswith(f"{Step(document['step']).title}: {document['reason']}")


def test_the_redrive_command_of_the_notification_quotes_the_execution(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    execution = FAILURE["execution"].replace("Run 1", "it's(1)")
    with pytest.raises(module.StepFailed):
        module.handler(FAILURE | {"execution": execution}, None)
    command = recorder.calls["publish"]["Message"].splitlines()[-1]
    assert shlex.split(command)[-2:] == ["--execution-arn", execution]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ({"reason": "", "error": "Sandbox.Timedout"}, "Sandbox.Timedout"),
        ({"reason": "", "error": ""}, "AWS gave no reason; the log may have one"),
        ({"reason": f"first {'x' * 40_000} last", "error": ""}, "first x+ … x+ last"),
    ],
)
def test_a_reason_is_there_and_has_a_length_that_arrives(
    failing, failure: dict[str, str], reason: str
) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match=f"^Train: {reason}$") as raised:
        module.handler(FAILURE | failure, None)
    assert len(str(raised.value)) < 5000
    assert re.fullmatch(reason, json.loads(recorder.calls["put_object"]["Body"])["reason"])


def test_a_connection_that_is_lost_hides_no_reason(failing, monkeypatch) -> None:
    module = failing(Recorder())

    class Unreachable:
        def put_object(self, **_request: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://s3")

    monkeypatch.setattr(module, "S3", Unreachable())
    with pytest.raises(module.StepFailed, match="Train: out of memory"):
        module.handler(FAILURE, None)
