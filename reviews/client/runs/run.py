"""A run: an execution with its input as Prepare made it, and its evaluation."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract import states

_OF_EVERY_RUN = ("id", "prefix")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution.

    `document` is what Prepare made of its input, empty if that failed; `evaluation` is
    evaluation.json, empty for a run that has not come so far.
    """

    name: str
    status: str
    started: datetime
    ended: datetime | None
    document: dict[str, Any]
    evaluation: dict[str, Any]

    @property
    def id(self) -> str:
        """As part of the names of what it has made."""
        return str(self.document.get("id", ""))

    @property
    def seconds(self) -> float:
        """So far, or to its end."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()


def prepared(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The run that the state Prepare has made, which comes soon; empty if there is none.

    A Prepare that failed is left, too: with the error that was caught as its output. After a
    redrive it may be left a second time, with a run.
    """
    for event in events:
        exited = event.get("stateExitedEventDetails", {})
        if exited.get("name") == states.PREPARE:
            document = json_object(exited.get("output", ""))
            if all(isinstance(document.get(name), str) for name in _OF_EVERY_RUN):
                return document
    return {}


def json_object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
