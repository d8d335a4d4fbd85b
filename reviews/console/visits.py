"""The visits of an execution to states, read from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

_FAILURES = ("Failed", "TimedOut", "Aborted")

Event = dict[str, Any]


class Status(StrEnum):
    RUNNING = "running"
    DONE = "done"
    CAUGHT = "error caught"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A failed attempt; a state that is retried may have several."""

    error: str
    cause: str
    at: datetime


@dataclass(kw_only=True)
class Visit:
    """The time from entering a state to exiting it. Input and output are JSON texts of AWS."""

    state: str
    came_from: str  # empty for the first state
    entered: datetime
    input: str
    exited: datetime | None = None
    output: str = ""
    failures: list[Failure] = field(default_factory=list)
    failed_last: bool = False

    def take(self, event: Event) -> None:
        exited = event.get("stateExitedEventDetails")
        if exited:
            self.exited, self.output = event["timestamp"], exited.get("output", "")
            return
        failure = _failure(event)
        self.failed_last = failure is not None
        # An execution fails with the error and cause of its state, which is known already.
        if failure and not any(
            (known.error, known.cause) == (failure.error, failure.cause)
            for known in self.failures
            if event["type"].startswith("Execution")
        ):
            self.failures.append(failure)

    def status(self, *, is_running: bool) -> Status:
        """`is_running`: whether the execution is running."""
        if self.exited:
            return Status.CAUGHT if self.failed_last else Status.DONE
        return Status.RUNNING if is_running else Status.FAILED


def read_visits(events: Iterable[Event]) -> list[Visit]:
    """The visits in the order in which the states were entered; `events` are oldest first."""
    visits: list[Visit] = []
    visit_of: dict[int, Visit] = {}
    for event in events:
        # Without previousEventId, as in the embedded AWS, the previous event is the one before.
        visit = visit_of.get(event.get("previousEventId") or event["id"] - 1)
        if entered := event.get("stateEnteredEventDetails"):
            visit = Visit(
                state=entered["name"],
                came_from=visit.state if visit else "",
                entered=event["timestamp"],
                input=entered.get("input", ""),
            )
            visits.append(visit)
        elif visit:
            visit.take(event)
        if visit:
            visit_of[event["id"]] = visit
    return visits


def _failure(event: Event) -> Failure | None:
    if not event["type"].endswith(_FAILURES):
        return None
    details: Event = next((event[key] for key in event if key.endswith("EventDetails")), {})
    return Failure(
        error=details.get("error") or event["type"],
        cause=details.get("cause", ""),
        at=event["timestamp"],
    )
