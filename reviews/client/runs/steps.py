"""The progress of an execution's steps, read from its events.

A step has several states (start, wait, describe, choice), which may be entered repeatedly; a step
is done when a later one has begun.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contract import states
from contract.scoring import ScoringStep
from contract.steps import Step, step_of
from reviews.client.runs.run import json_object, prepared

_START_STATES = tuple(
    loop.start for loop in (states.PROCESSING, states.TUNING, states.TRAINING, states.EVALUATION)
)
_STARTS_TUNING = states.TUNING.start


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REUSED = "reused"  # an earlier run has its result


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """The state of a step, when it began and ended, and the name of its job, if it has one.

    `source` is the id of the run whose result is reused. With `tunes` the job is a tuning job.
    """

    step: Step | ScoringStep
    state: State = State.WAITING
    began: datetime | None = None
    ended: datetime | None = None
    job: str = ""
    source: str = ""
    tunes: bool = False

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def key(self) -> str:
        """The name of the step on the command line."""
        return str(self.step.value)

    @property
    def log_group(self) -> str:
        """The log group of the job; empty for a step without a job."""
        return self.step.job.log_group if self.step.job else ""

    @property
    def log_prefix(self) -> str:
        """The prefix of the names of the job's log streams. A tuning job has the streams of its
        training jobs."""
        return f"{self.job}-" if self.tunes else f"{self.job}/"


def read_steps(events: list[dict[str, Any]], status: str) -> list[StepProgress]:
    """The steps of an execution of this status, by its events (oldest first)."""
    steps = {step: StepProgress(step=step) for step in Step}
    current: Step | None = None
    for event in events:
        entered = event.get("stateEnteredEventDetails")
        exited = event.get("stateExitedEventDetails")
        if entered:
            step = step_of(entered["name"])
            if step is not None and step is not current:
                _begin(steps, current, step, event["timestamp"])
                current = step
        elif exited and exited["name"] in _START_STATES:
            step = step_of(exited["name"])
            if step is not None:
                # What the function has returned, or the error for which it failed.
                started = json_object(exited.get("output", ""))
                tunes = exited["name"] == _STARTS_TUNING
                steps[step] = replace(steps[step], job=started.get("name", ""), tunes=tunes)
    for name, source in prepared(events).get("reused", {}).items():
        step = Step(name)
        steps[step] = replace(steps[step], state=State.REUSED, source=source)
    if current is not None and status != "RUNNING":
        end = State.DONE if status == "SUCCEEDED" else State.FAILED
        steps[current] = replace(steps[current], state=end, ended=events[-1]["timestamp"])
    return list(steps.values())


def _begin(
    steps: dict[Step, StepProgress], previous: Step | None, step: Step, now: datetime
) -> None:
    if previous is not None:
        steps[previous] = replace(steps[previous], state=State.DONE, ended=now)
    began = steps[step].began or now
    steps[step] = replace(steps[step], state=State.RUNNING, began=began, ended=None)
