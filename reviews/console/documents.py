"""The JSON documents of executions for the pages' scripts."""

import math
from datetime import UTC, datetime
from typing import Any

from contract import states
from reviews.client.runs.progress import StepView
from reviews.client.runs.tunings import TuningJob
from reviews.console.live import Snapshot
from reviews.console.visits import Visit

_MOST_VISITS = 50  # a Wait state may have thousands


def execution(snapshot: Snapshot) -> dict[str, Any]:
    """The document of an execution: status, steps and states, without inputs and outputs."""
    found = snapshot.execution
    return {
        "name": found.name,
        "status": found.status,
        "finished": found.finished,
        "began": moment(found.started),
        "ended": moment(found.ended),
        "now": now(),
        "error": found.error,
        "cause": found.cause,
        "steps": [_step(view) for view in snapshot.steps],
        "states": _states(snapshot),
        "actions": _actions(snapshot),
        "moves": sorted({(visit.came_from, visit.state) for visit in snapshot.visits[1:]}),
    }


def tuning(found: TuningJob | None) -> dict[str, Any] | None:
    """The document of a tuning job with its training jobs."""
    if found is None:
        return None
    jobs = [
        {
            "name": job.name.removeprefix(f"{found.name}-"),
            "status": job.status,
            "values": job.values,
            "macro_f1": finite(job.macro_f1),
            "began": moment(job.began),
            "ended": moment(job.ended),
            "best": job is found.best,
        }
        for job in found.jobs
    ]
    return {"name": found.name, "strategy": found.strategy, "most": found.max_jobs, "jobs": jobs}


def _actions(snapshot: Snapshot) -> list[str]:
    """What may be done with the execution now, as the names in reviews/console/actions.py."""
    if not snapshot.execution.finished:
        waits = snapshot.state == states.ASK_APPROVAL
        return ["answer", "stop"] if waits else ["stop"]
    return ["redrive"] if snapshot.execution.is_redrivable else []


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
        "began": moment(step.began),
        "ended": moment(step.ended),
        "job": step.job,
        "fraction": view.live.fraction,
        "latest": view.text,
    }


def _states(snapshot: Snapshot) -> dict[str, Any]:
    """State → the status of its newest visit, and how often it was visited."""
    found: dict[str, dict[str, Any]] = {}
    for visit in snapshot.visits:
        before = found.get(visit.state, {"visits": 0})
        status = visit.status(is_running=not snapshot.execution.finished)
        found[visit.state] = {"status": status, "visits": before["visits"] + 1}
    return found


def _visit(visit: Visit, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "status": visit.status(is_running=not snapshot.execution.finished),
        "came_from": visit.came_from,
        "entered": moment(visit.entered),
        "exited": moment(visit.exited),
        "input": visit.input,
        "output": visit.output,
        "failures": [
            {"error": failure.error, "cause": failure.cause, "at": moment(failure.at)}
            for failure in visit.failures
        ],
    }


def now() -> str:
    return datetime.now(UTC).isoformat()


def moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def finite(value: Any) -> Any:
    """A copy with null in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
