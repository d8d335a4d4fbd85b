"""The logs of a run's jobs."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution, job_logs
from reviews.client.runs.execution import Execution, History
from reviews.client.runs.job_logs import Stream
from reviews.client.runs.steps import State, StepProgress, read_steps

_POLL_SECONDS = 1.0
_ENDED = (State.DONE, State.FAILED)


class RunLog:
    """The log of the job of one step, or without a step of the newest job; each call of `read`
    continues after the last one.

    An item is {step, line}, and {step, instance, line} for a job of several instances, or of
    several training jobs.
    """

    def __init__(
        self,
        states: Any,
        logs: Any,
        arn: str,
        step: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._states, self._logs = states, logs
        self._arn, self._wanted, self._sleep = arn, step, sleep
        self._history = History(self._states, arn)
        self._streams: dict[str, tuple[StepProgress, Stream]] = {}
        self._poll()

    def read(self) -> Iterator[dict[str, Any]]:
        """The new lines. Raises InvalidArgument, with the reason, where the step has no job."""
        if not self._step.job:
            raise InvalidArgument(_without_job(self._found, self._steps, self._step))
        self._find_streams()
        for step, stream in self._streams.values():
            others = [name for name in self._streams if name.startswith(step.log_prefix)]
            name = stream.name.removeprefix(step.log_prefix)
            instance = {"instance": name} if len(others) > 1 else {}
            for line in stream.read():
                yield {"step": step.key, **instance, "line": line}

    def follow(self) -> Iterator[dict[str, Any]]:
        """All lines until the step has ended; without a step, until the run has ended."""
        while not self._has_ended:
            if self._step.job:
                yield from self.read()
            self._sleep(_POLL_SECONDS)
            self._poll()
        yield from self.read()

    def _find_streams(self) -> None:
        step = self._step
        for stream in job_logs.find_streams(self._logs, step.log_group, step.log_prefix):
            self._streams.setdefault(stream.name, (step, stream))

    def _poll(self) -> None:
        self._found = found = execution.describe(self._states, self._arn)
        self._steps = read_steps(self._history.read(), found.status)
        candidates = [step for step in self._steps if step.log_group]
        if self._wanted:
            self._step = next(step for step in candidates if step.key == self._wanted)
        else:
            begun = [step for step in candidates if step.job]
            self._step = begun[-1] if begun else candidates[0]
        is_over = bool(self._wanted) and self._step.state in _ENDED
        self._has_ended = found.finished or is_over


def _without_job(found: Execution, steps: Sequence[StepProgress], wanted: StepProgress) -> str:
    later = steps[steps.index(wanted) + 1 :]
    first = next((step for step in later if step.began), None)
    if first is not None and not wanted.began:
        return f"{found.name} began with {first.title}, so that {wanted.title} has no job"
    if not found.finished:
        return f"{wanted.title} of {found.name} has started no job yet"
    why = f": {found.cause or found.error}" if found.cause or found.error else ""
    return f"{found.name} is {found.status}, and {wanted.title} has started no job{why}"
