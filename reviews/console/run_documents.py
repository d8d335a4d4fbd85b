"""The JSON documents of runs: their data, model and scores. What is not known is null."""

from typing import Any

from contract import states
from contract.metrics import GATED
from contract.steps import step_of
from reviews.client.runs.comparison import Comparison
from reviews.client.runs.run import Run
from reviews.console.documents import finite, moment, now
from reviews.console.executions import Listed


def page(listed: list[Listed], after: str) -> dict[str, Any]:
    """The document of a page of executions; `after` is the token of the next one."""
    return {"executions": [_row(one) for one in listed], "after": after, "now": now()}


def run(found: Run) -> dict[str, Any]:
    """The document of a run."""
    return {
        "name": found.name,
        "status": found.status,
        "began": moment(found.started),
        "ended": moment(found.ended),
        "reviews": found.document.get("reviews"),
        "base_model": found.document.get("base_model"),
        **{name: finite(found.evaluation.get(name)) for name, _ in GATED},
    }


def comparison(found: Comparison) -> dict[str, Any]:
    document: dict[str, Any] = finite(found.document())
    return document


def _row(listed: Listed) -> dict[str, Any]:
    step = step_of(listed.state) if listed.state else None
    return {
        **run(listed.run),
        "step": step.title if step else None,
        "waits": listed.state == states.ASK_APPROVAL,
    }
