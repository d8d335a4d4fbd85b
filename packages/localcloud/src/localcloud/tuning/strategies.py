"""How the values of the next training job are chosen.

Random and Hyperband draw each combination at random. Grid goes through all of them. Bayesian fits a
Gaussian process to what the jobs before have come to, and takes the combination whose expected
improvement is the largest; scikit-learn's GaussianProcessRegressor is the process. What AWS's own
does beyond its documentation is not known.
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
"""

import itertools
import random
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from statistics import NormalDist

from localcloud.core.errors import ValidationException
from localcloud.tuning.ranges import Categories, Point, Space

Values = dict[str, str]
Result = tuple[Point, float | None]  # what a job was started with, and a value to be minimised
_TRIES = 200  # for a combination that no job has had
_FIRST = 3  # jobs at random before a process is fitted
_CANDIDATES = 1000


class Strategy:
    """Random search, and what the others begin with. The same seed gives the same values."""

    def __init__(self, space: Space, seed: int | None) -> None:
        self.space = space
        self._random = random.Random(seed)

    def suggest(self, results: Sequence[Result]) -> tuple[Point, Values] | None:
        """The next combination; None where there is no other. `results`: of all jobs so far."""
        known = [self.space.values(point) for point, _ in results]
        for _ in range(_TRIES):
            point = self._draw()
            if (values := self.space.values(point)) not in known:
                return point, values
        return None

    def _draw(self) -> Point:
        return [self._random.random() for _ in range(self.space.dimensions)]


class Grid(Strategy):
    """Every combination of categorical values once, in their order."""

    def suggest(self, results: Sequence[Result]) -> tuple[Point, Values] | None:
        ranges = [one for one in self.space.ranges if isinstance(one, Categories)]
        choices = itertools.product(*(range(len(one.values)) for one in ranges))
        for places in itertools.islice(choices, len(results), None):
            point = [
                float(place == number)
                for one, place in zip(ranges, places, strict=True)
                for number in range(len(one.values))
            ]
            return point, self.space.values(point)
        return None


class Bayesian(Strategy):
    """Suggests by expected improvement; a job that is still running counts with the mean of the
    others."""

    def suggest(self, results: Sequence[Result]) -> tuple[Point, Values] | None:
        found = [value for _, value in results if value is not None]
        if len(found) < _FIRST:
            return super().suggest(results)
        mean = sum(found) / len(found)
        values = [mean if value is None else value for _, value in results]
        known = [self.space.values(point) for point, _ in results]
        drawn = [self._draw() for _ in range(_CANDIDATES)]
        candidates = [point for point in drawn if self.space.values(point) not in known]
        if not candidates:
            return None
        point = _most_promising([point for point, _ in results], values, candidates)
        return point, self.space.values(point)


def _most_promising(
    points: Sequence[Point], values: Sequence[float], candidates: Sequence[Point]
) -> Point:
    """The candidate with the largest expected improvement over the smallest value."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern, WhiteKernel

    process = GaussianProcessRegressor(
        Matern(nu=2.5, length_scale_bounds=(0.05, 5)) + WhiteKernel(1e-3, (1e-6, 1)),
        normalize_y=True,
        random_state=0,
    )
    with warnings.catch_warnings():  # a bound may be the best that few results tell
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(np.array(points), np.array(values))
    mean, deviation = process.predict(np.array(candidates), return_std=True)
    gains = [
        _expected_gain(min(values) - float(center), float(width))
        for center, width in zip(mean, deviation, strict=True)
    ]
    return candidates[gains.index(max(gains))]


def _expected_gain(gain: float, width: float) -> float:
    """The expectation of a normally distributed gain, where a loss counts as nothing."""
    if width <= 0:
        return max(0.0, gain)
    normal, ratio = NormalDist(), gain / width
    return gain * normal.cdf(ratio) + width * normal.pdf(ratio)


_STRATEGIES: Mapping[str, type[Strategy]] = {
    "Random": Strategy,
    "Hyperband": Strategy,
    "Grid": Grid,
    "Bayesian": Bayesian,
}


def make_strategy(name: str, space: Space, seed: int | None) -> Strategy:
    """Raises ValidationException for a strategy that this Python or these ranges do not allow."""
    if name == "Bayesian" and find_spec("sklearn") is None:
        raise ValidationException(
            "The strategy Bayesian needs scikit-learn, which is not installed here."
        )
    if name == "Grid" and not all(isinstance(one, Categories) for one in space.ranges):
        raise ValidationException("The strategy Grid supports CategoricalParameterRanges only.")
    return _STRATEGIES[name](space, seed)
