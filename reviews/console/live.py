"""An execution, polled while a page shows it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from contract.steps import Step
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution, History
from reviews.client.runs.job_logs import JobLog, LiveValues
from reviews.client.runs.progress import StepView, open_log
from reviews.client.runs.run import prepared
from reviews.client.runs.steps import StepProgress, read_steps
from reviews.client.runs.tunings import TuningJob, TuningProgress
from reviews.console.curves import Curves
from reviews.console.visits import Visit, read_visits

_FRESH_SECONDS = 1.0  # requests of one page within this time get the same snapshot


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """An execution at one moment."""

    execution: Execution
    steps: list[StepView]
    visits: list[Visit]
    run: dict[str, Any]  # run.json; empty before Prepare has ended

    @property
    def state(self) -> str:
        """The state that was entered last; empty before the first."""
        return self.visits[-1].state if self.visits else ""

    def job_of(self, step: Step) -> str:
        """The name of the step's job; empty before it was started."""
        return next((view.step.job for view in self.steps if view.step.step is step), "")


@dataclass
class _Job:
    log: JobLog | TuningProgress
    curves: Curves = field(default_factory=Curves)

    def read(self) -> None:
        lines = self.log.read()
        if isinstance(self.log, TuningProgress):
            return  # the lines of its training jobs, one after the other, are no curve
        for line in lines:
            self.curves.read_line(line)


class LiveExecution:
    """Thread-safe: one thread polls, and the others wait for its snapshot."""

    def __init__(
        self,
        states: Any,
        *,
        logs: Any,
        sagemaker: Any,
        arn: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._states, self._logs, self._sagemaker = states, logs, sagemaker
        self._arn, self._clock = arn, clock
        self._history, self._jobs = History(states, arn), dict[str, _Job]()
        self._lock, self._taken_at = Lock(), 0.0
        self._snapshot: Snapshot | None = None

    @cached_property
    def definition(self) -> str:
        """The state machine's definition of the time when the execution began."""
        described = self._states.describe_state_machine_for_execution(executionArn=self._arn)
        return str(described["definition"])

    def forget(self) -> None:
        """Makes the next snapshot a new one, since the execution was changed."""
        with self._lock:
            self._snapshot = None

    def snapshot(self) -> Snapshot:
        with self._lock:
            now = self._clock()
            if self._snapshot is None or now - self._taken_at >= _FRESH_SECONDS:
                self._snapshot, self._taken_at = self._read(), now
            return self._snapshot

    def curves(self) -> Curves:
        """The curves of the execution's newest training job."""
        job = self._jobs.get(self.snapshot().job_of(Step.TRAIN))
        return job.curves if job else Curves()

    def tuning(self) -> TuningJob | None:
        """The execution's newest tuning job; None for one that does not tune."""
        job = self._jobs.get(self.snapshot().job_of(Step.TRAIN))
        return job.log.job if job and isinstance(job.log, TuningProgress) else None

    def _read(self) -> Snapshot:
        found = execution.describe(self._states, self._arn)
        events = self._history.read()
        steps = read_steps(events, found.status)
        return Snapshot(
            execution=found,
            steps=[self._with_live_values(step) for step in steps],
            visits=read_visits(events),
            run=prepared(events),
        )

    def _with_live_values(self, step: StepProgress) -> StepView:
        if not step.job:
            return StepView(step=step, live=LiveValues())
        if step.job not in self._jobs:
            self._jobs[step.job] = _Job(open_log(self._logs, self._sagemaker, step))
        job = self._jobs[step.job]
        job.read()
        return StepView(step=step, live=job.log.live)
