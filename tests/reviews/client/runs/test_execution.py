from datetime import UTC, datetime
from typing import Any

import pytest

from reviews.client.errors import ExecutionFailed, InvalidArgument
from reviews.client.runs.execution import Execution, History, default_name, describe, find, redrive
from tests.fake_aws import FakeAws, Refused

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class StateMachine(FakeAws):
    """`events` of an execution are told in pages of three; `read` counts these."""

    def __init__(self, events: int = 0, executions: list[str] | None = None) -> None:
        self.events, self.read = events, 0
        self.executions = executions or []
        self.cause = ""

    @property
    def states(self) -> Any:
        return self.client("stepfunctions")

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": [self._execution(f"arn:{name}") for name in self.executions]}

    def get_execution_history(
        self, executionArn: str, reverseOrder: bool, nextToken: str = ""
    ) -> dict[str, Any]:
        self.read += 1
        newest = int(nextToken or self.events)
        page = range(newest, 0, -1)[:3]
        events = [{"id": number, "type": "TaskScheduled", "timestamp": BEGIN} for number in page]
        more = {"nextToken": str(newest - 3)} if newest > 3 else {}
        return {"events": events, **more}

    def redrive_execution(self, **_: Any) -> None:
        raise Refused("ExecutionNotRedrivable", "it is running")

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:
        return {**self._execution(executionArn), "cause": self.cause}

    def _execution(self, arn: str) -> dict[str, Any]:
        return {
            "executionArn": arn,
            "stateMachineArn": "machine",
            "name": arn.removeprefix("arn:"),
            "status": "RUNNING",
            "startDate": BEGIN,
        }


def test_default_names_tell_the_time() -> None:
    assert default_name(datetime(2026, 11, 23, 18, 45, 2, tzinfo=UTC)) == "run-20261123-184502"


def test_history_fetches_only_what_is_new() -> None:
    machine = StateMachine(events=8)
    history = History(machine.states, "arn")
    assert [event["id"] for event in history.read()] == list(range(1, 9))
    machine.events, machine.read = 10, 0
    assert [event["id"] for event in history.read()] == list(range(1, 11))
    assert machine.read == 1


def test_the_latest_execution_is_found_without_a_name() -> None:
    assert find(StateMachine(executions=["new", "old"]).states, "machine", env="dev").name == "new"
    assert (
        find(StateMachine(executions=["new", "old"]).states, "machine", "old", env="dev").name
        == "old"
    )


def test_a_missing_execution_is_named() -> None:
    with pytest.raises(InvalidArgument, match=r"no run named other\. The latest is new\."):
        find(StateMachine(executions=["new"]).states, "machine", "other", env="dev")


def test_a_name_that_is_nearly_right_is_answered_with_the_nearest() -> None:
    states = StateMachine(executions=["stars-2", "stars-1", "titles"]).states
    with pytest.raises(InvalidArgument, match=r"Did you mean stars-1 or stars-2\?"):
        find(states, "machine", "star-1", env="dev")


def test_the_error_before_the_first_run_has_the_command_to_start_one() -> None:
    with pytest.raises(InvalidArgument, match=r"no run yet in dev\. Start one: reviews run FILE"):
        find(StateMachine().states, "machine", env="dev")


@pytest.mark.parametrize(
    ("cause", "shown"),
    [
        ('{"errorMessage": "Train: no memory", "errorType": "Train"}', "Train: no memory"),
        ("plain words", "plain words"),
        ("404", "404"),
        ('["errorMessage"]', '["errorMessage"]'),
        ("", ""),
    ],
)
def test_the_cause_is_the_message_of_the_function(cause: str, shown: str) -> None:
    machine = StateMachine()
    machine.cause = cause
    assert describe(machine.states, "arn:run").cause == shown


def test_an_execution_that_cannot_be_redriven_says_why() -> None:
    states = StateMachine().states
    with pytest.raises(InvalidArgument, match=r"^run is RUNNING: it is running$"):
        redrive(states, describe(states, "arn:run"))


def test_a_failed_execution_carries_error_and_cause() -> None:
    failed = Execution(
        arn="arn",
        name="run",
        status="FAILED",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        output={},
        error="Process",
        cause="Process: column 'Rating' is missing",
    )
    with pytest.raises(ExecutionFailed, match="column 'Rating' is missing") as caught:
        failed.result()
    assert caught.value.error == "Process"
