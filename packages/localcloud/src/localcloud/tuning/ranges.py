"""The ranges of hyperparameters, each as numbers between 0 and 1 in which the strategies search.

A point has a number for an integer or continuous range, and one for each value of a categorical
range, of which the largest counts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from localcloud.core.errors import ValidationException
from localcloud.core.records import Record

Point = Sequence[float]
_WIDE = 100  # how many times its smallest value a range has to reach for Auto to mean Logarithmic


class Range(Protocol):
    """One hyperparameter that is tuned."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int:
        """How many coordinates of a point belong to this range."""

    @property
    def count(self) -> float:
        """How many different values it has."""

    def value(self, point: Point) -> str:
        """The value, as CreateTrainingJob takes it."""


@dataclass(frozen=True)
class Numbers:
    """A continuous range, or with `is_whole` one of integers."""

    name: str
    low: float
    high: float
    scale: str
    is_whole: bool
    dimensions: int = 1

    @property
    def count(self) -> float:
        return self.high - self.low + 1 if self.is_whole else math.inf

    def value(self, point: Point) -> str:
        high = self.high + 1 if self.is_whole else self.high
        found = _on_scale(self.scale, self.low, high, point[0])
        if self.is_whole:
            return str(min(int(self.high), math.floor(found)))
        return repr(min(self.high, max(self.low, found)))


@dataclass(frozen=True)
class Categories:
    """A categorical range."""

    name: str
    values: tuple[str, ...]

    @property
    def dimensions(self) -> int:
        return len(self.values)

    @property
    def count(self) -> float:
        return len(self.values)

    def value(self, point: Point) -> str:
        return self.values[max(range(len(self.values)), key=lambda place: point[place])]


def _on_scale(scale: str, low: float, high: float, share: float) -> float:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html"""
    match scale:
        case "Logarithmic":
            return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        case "ReverseLogarithmic":
            start, end = math.log(1 - low), math.log(1 - high)
            return 1 - math.exp(start + share * (end - start))
        case _:
            return low + share * (high - low)


@dataclass(frozen=True)
class Space:
    """All ranges of a tuning job."""

    ranges: tuple[Range, ...]

    @classmethod
    def of(cls, described: Record) -> "Space":
        """The space of ParameterRanges. Raises ValidationException for a range that cannot be
        searched."""
        found: list[Range] = [
            *(_numbers(one, is_whole=True) for one in described.get("IntegerParameterRanges", [])),
            *(
                _numbers(one, is_whole=False)
                for one in described.get("ContinuousParameterRanges", [])
            ),
            *(_categories(one) for one in described.get("CategoricalParameterRanges", [])),
        ]
        names = [one.name for one in found]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValidationException(f"ParameterRanges have {twice[0]!r} more than once.")
        if not found:
            raise ValidationException("ParameterRanges must have at least one range.")
        return cls(tuple(found))

    @property
    def dimensions(self) -> int:
        return sum(one.dimensions for one in self.ranges)

    @property
    def count(self) -> float:
        """How many different combinations there are."""
        return math.prod(one.count for one in self.ranges)

    def values(self, point: Point) -> dict[str, str]:
        found, place = {}, 0
        for one in self.ranges:
            found[one.name] = one.value(point[place : place + one.dimensions])
            place += one.dimensions
        return found


def _numbers(described: Record, *, is_whole: bool) -> Numbers:
    name, scale = described["Name"], described.get("ScalingType", "Auto")
    low, high = (_number(described, member, is_whole) for member in ("MinValue", "MaxValue"))
    if low >= high:
        raise ValidationException(
            f"The MinValue of {name!r}, {described['MinValue']}, must be less than its MaxValue, "
            f"{described['MaxValue']}."
        )
    if scale == "Logarithmic" and low <= 0:
        raise ValidationException(
            f"Logarithmic scaling of {name!r} works only for ranges that have only values greater "
            f"than 0; its MinValue is {described['MinValue']}."
        )
    if scale == "ReverseLogarithmic" and (is_whole or low < 0 or high >= 1):
        raise ValidationException(
            f"ReverseLogarithmic scaling of {name!r} works only for continuous ranges that are "
            "entirely within the range 0<=x<1.0."
        )
    if scale == "Auto":  # AWS does not tell how it chooses
        scale = "Logarithmic" if low > 0 and high / low >= _WIDE else "Linear"
    return Numbers(name, low, high, scale, is_whole)


def _number(described: Record, member: str, is_whole: bool) -> float:
    text = described[member]
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        kind = "an integer" if is_whole else "a number"
        raise ValidationException(
            f"The {member} of {described['Name']!r} must be {kind}, not {text!r}."
        )
    return number


def _categories(described: Record) -> Categories:
    values = described["Values"]
    if len(set(values)) < len(values):
        raise ValidationException(
            f"The hyperparameter {described['Name']!r} has the same value more than once."
        )
    return Categories(described["Name"], tuple(values))


def check_static(space: Space, static: Mapping[str, str]) -> None:
    """Raises ValidationException for a hyperparameter that is static and tuned."""
    both = [one.name for one in space.ranges if one.name in static]
    if both:
        raise ValidationException(
            f"The hyperparameter {both[0]!r} is in StaticHyperParameters and in ParameterRanges."
        )
