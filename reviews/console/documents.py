"""The JSON documents of executions for the pages' scripts."""

from datetime import UTC, datetime
from typing import Any

from reviews.client.runs.progress import StepView
from reviews.console.live import Snapshot
from reviews.console.visits import Visit

_MOST_VISITS = 50  # a Wait state may have thousands


def executions(page: dict[str, Any]) -> dict[str, Any]:
    """The document of a page of ListExecutions."""
    return {
        "executions": [
            {
                "name": item["name"],
                "status": item["status"],
                "began": _moment(item["startDate"]),
                "ended": _moment(item.get("stopDate")),
            }
            for item in page["executions"]
        ],
        "after": page.get("nextToken", ""),
        "now": _moment(datetime.now(UTC)),
    }


def execution(snapshot: Snapshot) -> dict[str, Any]:
    """The document of an execution: status, steps and states, without inputs and outputs."""
    found = snapshot.execution
    return {
        "name": found.name,
        "status": found.status,
        "finished": found.finished,
        "began": _moment(found.started),
        "ended": _moment(found.ended),
        "now": _moment(datetime.now(UTC)),
        "error": found.error,
        "cause": found.cause,
        "steps": [_step(view) for view in snapshot.steps],
        "states": _states(snapshot),
        "moves": sorted({(visit.came_from, visit.state) for visit in snapshot.visits[1:]}),
    }


def state(name: str, definition: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """A state with its newest visits, the newest first."""
    visits = [visit for visit in snapshot.visits if visit.state == name]
    numbered = list(enumerate(visits, start=1))[: -_MOST_VISITS - 1 : -1]
    return {
        "name": name,
        "definition": definition,
        "visits": len(visits),
        "shown": [{"number": number, **_visit(visit, snapshot)} for number, visit in numbered],
    }


def _step(view: StepView) -> dict[str, Any]:
    step = view.step
    return {
        "title": step.title,
        "state": step.state,
        "began": _moment(step.began),
        "ended": _moment(step.ended),
        "job": step.job,
        "fraction": view.live.fraction,
        "latest": view.text,
    }


def _states(snapshot: Snapshot) -> dict[str, Any]:
    """State → the status of its newest visit, and how often it was visited."""
    states: dict[str, dict[str, Any]] = {}
    for visit in snapshot.visits:
        before = states.get(visit.state, {"visits": 0})
        status = visit.status(is_running=not snapshot.execution.finished)
        states[visit.state] = {"status": status, "visits": before["visits"] + 1}
    return states


def _visit(visit: Visit, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "status": visit.status(is_running=not snapshot.execution.finished),
        "came_from": visit.came_from,
        "entered": _moment(visit.entered),
        "exited": _moment(visit.exited),
        "input": visit.input,
        "output": visit.output,
        "failures": [
            {"error": failure.error, "cause": failure.cause, "at": _moment(failure.at)}
            for failure in visit.failures
        ],
    }


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
