"""The progress of a running execution: its steps, with the newest values of their jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract.metrics import METRICS, TRAIN_LOSS, TRAIN_THROUGHPUT
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution, History
from reviews.client.runs.job_logs import JobLog, LiveValues
from reviews.client.runs.steps import State, StepProgress, read_steps
from reviews.client.runs.tunings import TuningProgress

# The values of a job that are shown, in this order; the others are in its log.
_SHOWN = (
    "parts",
    "jobs",
    "best",
    "stage",
    "rows",
    "ingested",
    "epoch",
    "step",
    TRAIN_LOSS,
    TRAIN_THROUGHPUT,
    *(metric.of_validation for metric in METRICS),
    *(metric.name for metric in METRICS),
)


@dataclass(frozen=True, kw_only=True)
class StepView:
    """A step with the live values of its job."""

    step: StepProgress
    live: LiveValues
    tail: Sequence[str] = ()  # of its job's log

    @property
    def text(self) -> str:
        """The newest values of the job in one line, or where the result comes from."""
        if self.step.source:
            return f"from {self.step.source}"
        shown = [f"{name}={self.live.values[name]}" for name in _SHOWN if name in self.live.values]
        return " ".join(shown)

    def seconds(self, now: datetime) -> float:
        if not self.step.began:
            return 0.0
        return max(((self.step.ended or now) - self.step.began).total_seconds(), 0.0)


class Watcher:
    """Polls one execution and the logs of its jobs."""

    def __init__(self, states: Any, *, logs: Any, sagemaker: Any, arn: str) -> None:
        self._states, self._logs, self._sagemaker = states, logs, sagemaker
        self._arn, self._history = arn, History(states, arn)
        self._job_logs: dict[str, JobLog | TuningProgress] = {}

    def poll(self) -> tuple[Execution, list[StepView]]:
        """The execution at this moment, and its steps with the newest values of their jobs."""
        found = execution.describe(self._states, self._arn)
        steps = read_steps(self._history.read(), found.status)
        return found, [self._view(step) for step in steps]

    def _view(self, step: StepProgress) -> StepView:
        if not step.job:
            return StepView(step=step, live=LiveValues())
        if step.job not in self._job_logs:
            self._job_logs[step.job] = open_log(self._logs, self._sagemaker, step)
        log = self._job_logs[step.job]
        if step.state in (State.RUNNING, State.FAILED) or not log.live.values:
            log.read()
        return StepView(step=step, live=log.live, tail=tuple(log.tail))


def open_log(logs: Any, sagemaker: Any, step: StepProgress) -> JobLog | TuningProgress:
    """The reader of the newest values of the step's job."""
    if step.tunes:
        return TuningProgress(sagemaker, logs, step.job)
    return JobLog(logs, step.log_group, step.job)
