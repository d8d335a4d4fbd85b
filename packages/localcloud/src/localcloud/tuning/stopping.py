"""Which running training jobs are stopped early, by the values of the objective that they print.

All values here are to be minimised. The n-th value that a job prints is that of its n-th epoch, as
the documents on both rules ask for.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

History = Sequence[float]  # the values of one job, in the order in which it printed them
_REDUCTION = 3


class StoppingRule(Protocol):
    """Asked again and again while jobs run."""

    def stops(self, job: str, values: History, before: Sequence[History]) -> bool:
        """Whether a running job is to be stopped. `before`: of jobs that have ended."""


class Never:
    """TrainingJobEarlyStoppingType Off."""

    def stops(self, _job: str, _values: History, _before: Sequence[History]) -> bool:
        return False


class MedianRule:
    """TrainingJobEarlyStoppingType Auto: a job is stopped that is worse than the median of the
    running averages of the jobs before it, up to the same epoch.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
    """

    def stops(self, _job: str, values: History, before: Sequence[History]) -> bool:
        epoch = len(values)
        as_far = [one[:epoch] for one in before if len(one) >= epoch > 0]
        averages = [statistics.fmean(one) for one in as_far]
        return bool(averages) and values[-1] > statistics.median(averages)


@dataclass
class Hyperband:
    """A job is stopped when it goes on behind MaxResource epochs, so that one that ends with them
    can still save its model; and at MinResource epochs, three times that and so on, unless it is
    among the best third of those that have come as far.

    AWS tells the two bounds (HyperbandStrategyConfig) and no more; the rest is asynchronous
    successive halving as in its own Syne Tune (`type="stopping"`, reduction factor 3).
    """

    least: int
    most: int
    _reached: dict[int, dict[str, float]] = field(default_factory=dict)

    def stops(self, job: str, values: History, _before: Sequence[History]) -> bool:
        if len(values) > self.most:
            return True
        level, stopped = self.least, False
        while level <= len(values):
            reached = self._reached.setdefault(level, {})
            if job not in reached:
                reached[job] = values[level - 1]
                stopped = stopped or not self._is_among_the_best(reached, values[level - 1])
            level *= _REDUCTION
        return stopped

    @staticmethod
    def _is_among_the_best(reached: dict[str, float], value: float) -> bool:
        if len(reached) < _REDUCTION:
            return True
        best = sorted(reached.values())[: len(reached) // _REDUCTION]
        return value <= best[-1]
