"""One fault: what happens, to which calls, and to how many of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

OFFLINE_STORE = "featurestore:offline"
STATUSES = (500, 503)
_LONGEST_SECONDS = 86_400
_TIMES = {None: "without end", 1: "once"}


class FaultError(ValueError):
    """A fault that cannot be set; the message lists what is allowed."""


@dataclass(frozen=True)
class Kind:
    """The target of the faults of a kind, and the options that only this kind has."""

    target: str  # operation | capacity | function | job
    options: tuple[str, ...] = ()
    needs_seconds: bool = False


KINDS: Mapping[str, Kind] = {
    "throttle": Kind("operation"),
    "error": Kind("operation", ("status",)),
    "lost": Kind("operation"),
    "slow": Kind("operation", ("seconds",), needs_seconds=True),
    "capacity": Kind("capacity"),
    "kill": Kind("function", ("seconds",)),
    "timeout": Kind("function"),
    "interrupt": Kind("job"),
}
# The operations that need instances.
CAPACITY_CALLS = (
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:UpdateEndpoint",
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Hits calls to `call` that contain `matching`.

    times: how many it hits; None for any number. share: the part of them that it hits, above 0 and
    at most 1, chosen by `seed`. after: how many go well first. seconds: the delay. status: the HTTP
    status of an error.
    """

    kind: str
    call: str
    times: int | None = None  # without end
    matching: str = ""
    share: float = 1.0
    seed: int | None = None
    after: int = 0
    seconds: float | None = None
    status: int | None = None

    @classmethod
    def parse(cls, options: Any) -> Self:
        """Raises FaultError that names the option, its value and what is allowed."""
        if not isinstance(options, dict):
            raise FaultError("A fault is a JSON object")
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(options) - set(known))
        if unknown:
            raise FaultError(f"Unknown option {unknown[0]!r}; there are: {', '.join(known)}")
        if options.get("kind") not in tuple(KINDS):
            raise FaultError(
                f"Unknown fault {options.get('kind')!r}; there are: {', '.join(KINDS)}"
            )
        if not isinstance(options.get("call"), str):
            raise FaultError(f"call must be a text, not {options.get('call')!r}")
        fault = cls(**{name: value for name, value in options.items() if value is not None})
        fault._check()
        return fault if fault.share < 1 or fault.times else replace(fault, times=1)

    def _check(self) -> None:
        self._check_values()
        kind = KINDS[self.kind]
        if kind.target == "job" and replace(self, kind="", call="") != Fault(kind="", call=""):
            raise FaultError(f"A fault of kind {self.kind} happens at once, without options")
        for option in ("seconds", "status"):
            if getattr(self, option) is not None and option not in kind.options:
                raise FaultError(f"A fault of kind {self.kind} has no option {option!r}")
        if kind.needs_seconds and self.seconds is None:
            raise FaultError(f"A fault of kind {self.kind} needs the option 'seconds'")

    def _check_values(self) -> None:
        checks = {
            "matching must be a text": isinstance(self.matching, str),
            "times must be a whole number of at least 1": _is_count(self.times, 1),
            "after must be a whole number of at least 0": _is_count(self.after, 0),
            "seed must be a whole number": self.seed is None or type(self.seed) is int,
            "share must be more than 0 and at most 1": _is_number(self.share, 1) and self.share > 0,
            f"seconds must be from 0 to {_LONGEST_SECONDS}": self.seconds is None
            or _is_number(self.seconds, _LONGEST_SECONDS),
            f"status must be one of {STATUSES}": self.status in (None, *STATUSES),
        }
        for rule, holds in checks.items():
            if not holds:
                raise FaultError(f"{rule}, not {getattr(self, rule.partition(' ')[0])!r}")

    def __str__(self) -> str:
        """The fault as `faults list` shows it."""
        shown = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("kind", "call", "times") and value != getattr(Fault, name, None)
        }
        options = " ".join(f"{name}={value}" for name, value in shown.items())
        times = _TIMES.get(self.times, f"{self.times} times")
        return f"{self.kind} {self.call}, {times}{', ' if options else ''}{options}"


def _is_count(number: int | None, least: int) -> bool:
    return number is None or (type(number) is int and number >= least)


def _is_number(number: float, most: float) -> bool:
    return type(number) in (int, float) and 0 <= number <= most
