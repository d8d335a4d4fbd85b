"""The eight steps a user sees, read from the events of an execution.

The state machine has several states per step (start, wait, describe, choose); their names tell
the step. Retried states simply come again; a step is done when a later one has begun.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its title, how far it is, when it began and ended, and the job it runs, if any."""

    title: str
    log_group: str = ""  # where the job's log is; empty for a step without a job
    state: State = State.WAITING
    began: datetime | None = None
    ended: datetime | None = None
    job: str = ""

    @property
    def key(self) -> str:
        """The title as a word of a command line."""
        return self.title.lower().replace(" ", "-")


_PROCESSING_LOGS = "/aws/sagemaker/ProcessingJobs"
_PLAN = (
    Step(title="Prepare"),
    Step(title="Process", log_group=_PROCESSING_LOGS),
    Step(title="Features"),
    Step(title="Train", log_group="/aws/sagemaker/TrainingJobs"),
    Step(title="Evaluate", log_group=_PROCESSING_LOGS),
    Step(title="Gate"),
    Step(title="Deploy"),
    Step(title="Smoke test"),
)
# Part of a state's name → index in the plan; the first that fits counts.
_STATE_WORDS = (
    ("SmokeTest", 7),
    ("Tell", 7),
    ("Endpoint", 6),
    ("Approv", 5),
    ("Answer", 5),
    ("Gate", 5),
    ("Register", 5),
    ("Evaluat", 4),
    ("Train", 3),
    ("Feature", 2),
    ("Process", 1),
    ("Prepare", 0),
)


STEPS_WITH_A_JOB = [step.key for step in _PLAN if step.log_group]


def step_of(state_name: str) -> int | None:
    """The index of the step a state belongs to; None for Begin, HandleFailure and their like."""
    return next((index for word, index in _STATE_WORDS if word in state_name), None)


def read_steps(events: list[dict[str, Any]], status: str) -> list[Step]:
    """Replays the events (oldest first) of an execution that is now in `status`."""
    steps = list(_PLAN)
    current: int | None = None
    for event in events:
        entered = event.get("stateEnteredEventDetails")
        exited = event.get("stateExitedEventDetails")
        if entered:
            index = step_of(entered["name"])
            if index is not None and index != current:
                _begin(steps, current, index, event["timestamp"])
                current = index
        elif exited and exited["name"].startswith("Start"):
            index = step_of(exited["name"])
            if index is not None:
                steps[index] = replace(steps[index], job=_job_name(exited.get("output", "")))
    if current is not None and status != "RUNNING":
        end = State.DONE if status == "SUCCEEDED" else State.FAILED
        steps[current] = replace(steps[current], state=end, ended=events[-1]["timestamp"])
    return steps


def _begin(steps: list[Step], previous: int | None, index: int, now: datetime) -> None:
    if previous is not None:
        steps[previous] = replace(steps[previous], state=State.DONE, ended=now)
    began = steps[index].began or now
    steps[index] = replace(steps[index], state=State.RUNNING, began=began, ended=None)


def _job_name(output: str) -> str:
    """The newest job name in a Start state's output.

    The states keep what came before them, so the output may hold earlier jobs too; results are
    appended, so the last "name" in the document is the one this state started.
    """
    try:
        document = json.loads(output)
    except ValueError:
        return ""
    names = list(_names(document))
    return names[-1] if names else ""


def _names(document: Any) -> list[str]:
    if not isinstance(document, dict):
        return []
    found = []
    for key, value in document.items():
        if key == "name" and isinstance(value, str):
            found.append(value)
        else:
            found.extend(_names(value))
    return found
