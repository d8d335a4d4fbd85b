"""Polls an execution that scores."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contract.scoring import ScoringStep
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from reviews.client.runs.job_logs import LiveValues
from reviews.client.runs.progress import StepView
from reviews.client.runs.steps import State, StepProgress
from reviews.client.scoring.transform_jobs import TransformJob

_DONE = "Completed"


class ScoringWatcher:
    """`find_job` gives the newest job, `count_answers` how many parts have answers."""

    def __init__(
        self,
        states: Any,
        arn: str,
        *,
        parts: int,
        find_job: Callable[[], TransformJob | None],
        count_answers: Callable[[], int],
    ) -> None:
        self._states, self._arn, self._parts = states, arn, parts
        self._find_job, self._count_answers = find_job, count_answers
        self.job = ""  # the name of the newest

    def poll(self) -> tuple[Execution, list[StepView]]:
        found, job = execution.describe(self._states, self._arn), self._find_job()
        self.job = job.name if job else ""
        steps = [
            StepProgress(step=step, state=state, began=began, ended=ended)
            for step, (state, began, ended) in _progress(found, job).items()
        ]
        return found, [StepView(step=step, live=self._live(step)) for step in steps]

    def _live(self, step: StepProgress) -> LiveValues:
        """How many of the parts have answers."""
        live = LiveValues()
        if step.step is ScoringStep.SCORE and step.state is not State.WAITING:
            answered = self._count_answers()
            live.values["parts"] = f"{answered}/{self._parts}"
            live.fraction = answered / self._parts if answered else None
        return live


def _progress(
    found: Execution, job: TransformJob | None
) -> dict[ScoringStep, tuple[State, datetime | None, datetime | None]]:
    """State, begin and end of each step."""
    waiting = (State.WAITING, None, None)
    end = State.DONE if found.status == "SUCCEEDED" else State.FAILED
    last = end if found.finished else State.RUNNING
    if job is None:
        start = (last, found.started, found.ended)
        return {ScoringStep.START: start, ScoringStep.SCORE: waiting, ScoringStep.END: waiting}
    start = (State.DONE, found.started, job.began)
    if job.status != _DONE:
        score = (last, job.began, job.ended or found.ended)
        return {ScoringStep.START: start, ScoringStep.SCORE: score, ScoringStep.END: waiting}
    score = (State.DONE, job.began, job.ended)
    ending = (last, job.ended, found.ended)
    return {ScoringStep.START: start, ScoringStep.SCORE: score, ScoringStep.END: ending}
