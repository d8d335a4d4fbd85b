"""The events of an execution, as GetExecutionHistory returns them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DEFINITION = (Path(__file__).parent / "recorded" / "definition.json").read_text()
STATES: dict[str, dict[str, Any]] = json.loads(DEFINITION)["States"]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_LAMBDA = {"resourceType": "lambda", "resource": "invoke"}


class History:
    """Grows by what a state does; each event comes some seconds after the one before."""

    def __init__(self, document: dict[str, Any], *, start: datetime = NOON) -> None:
        self.events: list[dict[str, Any]] = []
        self._now, self._data = start, json.dumps(document)
        self._add("ExecutionStarted", executionStarted={"input": self._data, "roleArn": "arn:role"})

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def data(self) -> str:
        """The newest output."""
        return self._data

    def enter(self, state: str, *, seconds: float = 0.2) -> "History":
        details = {"name": state, "input": self._data}
        return self._add(f"{_kind(state)}StateEntered", seconds, stateEntered=details)

    def leave(self, state: str, output: Any = None, *, seconds: float = 0.2) -> "History":
        self._data = self._data if output is None else json.dumps(output)
        details = {"name": state, "output": self._data}
        return self._add(f"{_kind(state)}StateExited", seconds, stateExited=details)

    def schedule(self) -> "History":
        details = {**_LAMBDA, "region": "us-east-1", "parameters": "{}"}
        return self._add("TaskScheduled", taskScheduled=details)

    def succeed(self) -> "History":
        return self._add("TaskSucceeded", taskSucceeded={**_LAMBDA, "output": self._data})

    def fail(self, error: str, cause: str) -> "History":
        return self._add("TaskFailed", taskFailed={**_LAMBDA, "error": error, "cause": cause})

    def visit(self, state: str, output: Any = None, *, seconds: float = 0.2) -> "History":
        """All that a state does which has no trouble."""
        self.enter(state)
        if _kind(state) == "Task":
            self.schedule().succeed()
        return self.leave(state, output, seconds=seconds)

    def end(self, **details: str) -> "History":
        """As failed with an error and cause, or as succeeded."""
        if details:
            return self._add("ExecutionFailed", executionFailed=details)
        return self._add("ExecutionSucceeded", executionSucceeded={"output": self._data})

    def _add(self, kind: str, seconds: float = 0.2, **details: Any) -> "History":
        self._now += timedelta(seconds=seconds)
        number = len(self.events) + 1
        named = {f"{key}EventDetails": value for key, value in details.items()}
        event = {"id": number, "previousEventId": number - 1, "timestamp": self._now, "type": kind}
        self.events.append({**event, **named})
        return self


def _kind(state: str) -> str:
    """`dev`, whose definition this is, has no state that asks for an approval."""
    return str(STATES.get(state, {"Type": "Task"})["Type"])
