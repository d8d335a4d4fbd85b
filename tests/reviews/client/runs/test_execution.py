from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reviews.client.errors import ExecutionFailed, InvalidArgument
from reviews.client.runs.execution import Execution, History, default_name, describe, find, redrive


class Pages:
    """A paginator over fixed pages."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self._pages = pages
        self.read = 0

    def paginate(self, **_: Any) -> Any:
        for page in self._pages:
            self.read += 1
            yield page


class FakeStates:
    def __init__(self, events: int = 0, executions: list[str] | None = None) -> None:
        self.events = events
        self.executions = executions or []
        self.last_pages = Pages([])
        self.cause = ""

    def get_paginator(self, operation: str) -> Pages:
        if operation == "list_executions":
            items = [{"name": name, "executionArn": f"arn:{name}"} for name in self.executions]
            return Pages([{"executions": items}])
        newest_first = [{"id": number} for number in range(self.events, 0, -1)]
        self.last_pages = Pages(
            [{"events": newest_first[at : at + 3]} for at in range(0, len(newest_first), 3)]
        )
        return self.last_pages

    class exceptions:  # noqa: N801 - boto3's name
        class ExecutionNotRedrivable(ClientError): ...

    def redrive_execution(self, *, executionArn: str) -> None:
        refused = {"Error": {"Code": "ExecutionNotRedrivable", "Message": "it is running"}}
        raise self.exceptions.ExecutionNotRedrivable(refused, "RedriveExecution")

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:
        return {
            "name": executionArn.removeprefix("arn:"),
            "status": "RUNNING",
            "startDate": datetime(2026, 1, 1, tzinfo=UTC),
            "cause": self.cause,
        }


def test_default_names_tell_the_time() -> None:
    assert default_name(datetime(2026, 11, 23, 18, 45, 2, tzinfo=UTC)) == "run-20261123-184502"


def test_history_fetches_only_what_is_new() -> None:
    states = FakeStates(events=8)
    history = History(states, "arn")
    assert [event["id"] for event in history.read()] == list(range(1, 9))
    states.events = 10
    assert [event["id"] for event in history.read()] == list(range(1, 11))
    assert states.last_pages.read == 1


def test_the_latest_execution_is_found_without_a_name() -> None:
    assert find(FakeStates(executions=["new", "old"]), "machine").name == "new"
    assert find(FakeStates(executions=["new", "old"]), "machine", "old").name == "old"


def test_a_missing_execution_is_named() -> None:
    with pytest.raises(InvalidArgument, match=r"no run named other\. The latest is new\."):
        find(FakeStates(executions=["new"]), "machine", "other")


def test_a_name_that_is_nearly_right_is_answered_with_the_nearest() -> None:
    states = FakeStates(executions=["stars-2", "stars-1", "titles"])
    with pytest.raises(InvalidArgument, match=r"Did you mean stars-1 or stars-2\?"):
        find(states, "machine", "star-1")


def test_before_the_first_run_is_told_how_to_start_one() -> None:
    with pytest.raises(InvalidArgument, match=r"no run yet\. Start one: reviews run reviews\.csv"):
        find(FakeStates(), "machine")


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
def test_the_cause_is_what_the_function_said(cause: str, shown: str) -> None:
    states = FakeStates()
    states.cause = cause
    assert describe(states, "arn:run").cause == shown


def test_an_execution_that_cannot_be_redriven_says_why() -> None:
    states = FakeStates()
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
