"""A run: an execution with the document that Prepare made of its input, and its evaluation."""

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

    `document` is run.json, which Prepare writes, empty if Prepare failed; `evaluation` is
    evaluation.json, empty for a run that was not evaluated.
    """

    name: str
    status: str
    started: datetime
    ended: datetime | None
    document: dict[str, Any]
    evaluation: dict[str, Any]

    @property
    def id(self) -> str:
        """The run id, which is part of the names of the run's resources."""
        return str(self.document.get("id", ""))

    @property
    def seconds(self) -> float:
        """The duration so far, or until the end."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()


def prepared(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The output of the state Prepare, which is among the first events; of a promotion that of
    CopyModel, which adds the digest. Empty if there is none.

    A Prepare that failed has an exited event, too, with the caught error as its output; after a
    redrive there may be a second one, with a run.
    """
    found: dict[str, Any] = {}
    for event in events:
        exited = event.get("stateExitedEventDetails", {})
        if exited.get("name") not in (states.PREPARE, states.COPY_MODEL):
            continue
        document = json_object(exited.get("output", ""))
        if all(isinstance(document.get(name), str) for name in _OF_EVERY_RUN):
            found = document
            if exited["name"] == states.COPY_MODEL or "promoted_from" not in found:
                break
    return found


def json_object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
