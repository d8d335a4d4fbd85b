"""Executions of the state machine: start, describe, stop and redrive them; read their events."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from contract.names import refused_in_tags
from reviews.client.errors import ExecutionFailed, InvalidArgument
from reviews.client.shell import reviews_command

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
_LONGEST_NAME = 80
_NOT_IN_NAMES = re.compile(
    r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
_NEWEST_EVENTS = 100  # more than a state has between its entry and its exit, with all retries
_FIRST = {"run": ("run", "FILE"), "drift report": ("drift",)}  # the commands that start one
_TERMINAL = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An execution as DescribeExecution returns it, with its JSON documents parsed."""

    arn: str
    name: str
    status: str
    started: datetime
    ended: datetime | None = None
    output: dict[str, Any]
    error: str
    cause: str
    is_redrivable: bool = False  # says Step Functions

    @property
    def finished(self) -> bool:
        return self.status in _TERMINAL

    def result(self) -> dict[str, Any]:
        """The output of an execution that succeeded. Raises ExecutionFailed for others."""
        if self.status != "SUCCEEDED":
            raise ExecutionFailed(status=self.status, error=self.error, cause=self.cause)
        return self.output


def default_name(now: datetime | None = None) -> str:
    """An execution name that is new every second, such as run-20261123-184502 (UTC)."""
    return f"run-{(now or datetime.now(UTC)):%Y%m%d-%H%M%S}"


def check_name(name: str) -> None:
    """Raises InvalidArgument for a name that no execution can have."""
    if len(name) > _LONGEST_NAME:
        raise InvalidArgument(
            f"--name {name}: has {len(name)} characters; at most {_LONGEST_NAME} are allowed"
        )
    refused = _NOT_IN_NAMES.search(name)
    if found := refused[0] if refused else refused_in_tags(name):
        raise InvalidArgument(
            f"--name {name!r}: {found!r} is not allowed in the name of an execution; letters, "
            "digits, hyphens and underscores are"
        )


def start(states: Any, state_machine_arn: str, name: str, document: dict[str, Any]) -> str:
    """Starts an execution; returns its ARN. Raises InvalidArgument for a name that was used."""
    try:
        response = states.start_execution(
            stateMachineArn=state_machine_arn, name=name, input=json.dumps(document)
        )
    except states.exceptions.ExecutionAlreadyExists as error:
        raise InvalidArgument(f"--name {name}: already the name of an execution") from error
    except states.exceptions.InvalidName as error:
        raise InvalidArgument(f"--name {name}: {error}") from error
    return str(response["executionArn"])


def describe(states: Any, arn: str) -> Execution:
    response = states.describe_execution(executionArn=arn)
    return Execution(
        arn=arn,
        name=response["name"],
        status=response["status"],
        started=response["startDate"],
        ended=response.get("stopDate"),
        output=json.loads(response.get("output") or "{}"),
        error=response.get("error", ""),
        cause=_message(response.get("cause", "")),
        is_redrivable=response.get("redriveStatus") == "REDRIVABLE",
    )


def _message(cause: str) -> str:
    """The message of a function's error, without its traceback; other causes as they are."""
    try:
        document = json.loads(cause)
    except ValueError:
        return cause
    if isinstance(document, dict) and "errorMessage" in document:
        return str(document["errorMessage"])
    return cause


def redrive(states: Any, found: Execution) -> None:
    """Continues an execution with the step that failed. Raises InvalidArgument if it cannot be."""
    try:
        states.redrive_execution(executionArn=found.arn)
    except states.exceptions.ExecutionNotRedrivable as error:
        reason = error.response["Error"]["Message"]
        raise InvalidArgument(f"{found.name} is {found.status}: {reason}") from error


def stop(states: Any, found: Execution) -> None:
    """Stops an execution, but not the job that it waits for. Raises InvalidArgument if it has
    ended."""
    if found.finished:
        raise InvalidArgument(f"{found.name} is {found.status}: there is nothing to stop")
    states.stop_execution(executionArn=found.arn, error="Stopped", cause="by reviews stop")


def find(
    states: Any, state_machine_arn: str, name: str = "", *, env: str, what: str = "run"
) -> Execution:
    """The execution of this name, by default the latest.

    Raises InvalidArgument when there is none, with the most similar names. `env` is the name of the
    environment, and `what` an execution of this state machine is called.
    """
    names = []
    for item in every(states, state_machine_arn):
        if name in ("", item["name"]):
            return describe(states, item["executionArn"])
        names.append(item["name"])
    if not names:
        first = reviews_command(*_FIRST[what], env=env)
        raise InvalidArgument(f"There is no {what} yet in {env}. Start one: {first}")
    similar = get_close_matches(name, names)
    hint = f"Did you mean {' or '.join(similar)}?" if similar else f"The latest is {names[0]}."
    raise InvalidArgument(f"There is no {what} named {name}. {hint}")


def every(states: Any, state_machine_arn: str) -> Iterator[dict[str, Any]]:
    """The items of ListExecutions, newest first."""
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=state_machine_arn)
    for page in pages:
        yield from page["executions"]


def current_state(states: Any, arn: str) -> str:
    """The state that an execution has entered last; empty before the first."""
    newest = states.get_execution_history(
        executionArn=arn, reverseOrder=True, maxResults=_NEWEST_EVENTS
    )
    entered = (event.get("stateEnteredEventDetails") for event in newest["events"])
    return next((str(details["name"]) for details in entered if details), "")


class History:
    """The events of one execution.

    A waiting state machine adds events all the time, so each call fetches only the new ones: newest
    first, up to the first known event.
    """

    def __init__(self, states: Any, arn: str) -> None:
        self._states, self._arn = states, arn
        self.events: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        """Fetches what is new and returns all events so far, oldest first."""
        known = self.events[-1]["id"] if self.events else 0
        new: list[dict[str, Any]] = []
        pages = self._states.get_paginator("get_execution_history").paginate(
            executionArn=self._arn, reverseOrder=True
        )
        for page in pages:
            fresh = [event for event in page["events"] if event["id"] > known]
            new.extend(fresh)
            if len(fresh) < len(page["events"]):
                break
        self.events.extend(reversed(new))
        return self.events
