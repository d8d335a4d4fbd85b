"""How traffic shifts from the blue fleet to the green one."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from localcloud.core import records
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting.fleet import Fleet
from localcloud.hosting.variant import Variant

_MOST_PERCENT = 50
_LEAST_LINEAR_PERCENT = 10


@dataclass(frozen=True)
class Traffic:
    """The fleets that answer. During an update a `share` of the requests goes to the green one."""

    fleet: Fleet
    successor: Fleet | None = None
    share: float = 0.0

    def choose(self, variant: str | None) -> Variant | None:
        """The named variant, or one by weight; while there are two fleets, each has its own."""
        first, second = self.fleet, self.successor
        if second and random.random() < self.share:
            first, second = second, first
        return first.choose(variant) or (second.choose(variant) if second else None)


@dataclass(frozen=True)
class Policy:
    """The part of DeploymentConfig that a blue/green update follows."""

    kind: str = "ALL_AT_ONCE"
    unit: str = "CAPACITY_PERCENT"  # of `size`
    size: int = 100  # of the first step; the steps of LINEAR are all as large
    wait_seconds: float = 0
    termination_seconds: float = 0
    limit_seconds: float = math.inf
    alarms: tuple[str, ...] = ()

    @classmethod
    def parse(cls, config: Record) -> Self:
        records.refuse(config, ["RollingUpdatePolicy"])
        blue_green = config.get("BlueGreenUpdatePolicy", {})
        routing = blue_green.get("TrafficRoutingConfiguration", {})
        kind = routing.get("Type", cls.kind)
        alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
        step = _step(kind, routing)
        return cls(
            kind=kind,
            unit=step.get("Type", cls.unit),
            size=step.get("Value", cls.size),
            wait_seconds=routing.get("WaitIntervalInSeconds", cls.wait_seconds),
            termination_seconds=blue_green.get("TerminationWaitInSeconds", cls.termination_seconds),
            limit_seconds=blue_green.get("MaximumExecutionTimeoutInSeconds", cls.limit_seconds),
            alarms=tuple(alarm["AlarmName"] for alarm in alarms if "AlarmName" in alarm),
        )

    def check(self, counts: Sequence[int]) -> None:
        """Raises ValidationException for a step the variants' instances cannot be split into."""
        least = _LEAST_LINEAR_PERCENT if self.kind == "LINEAR" else 0
        percents = [
            100 * self.size / count if self.unit == "INSTANCE_COUNT" else self.size
            for count in counts
        ]
        if self.kind != "ALL_AT_ONCE" and not all(least <= p <= _MOST_PERCENT for p in percents):
            name = "CanarySize" if self.kind == "CANARY" else "LinearStepSize"
            raise ValidationException(
                f"{name} must be {least}-{_MOST_PERCENT}% of the variant's total instance count"
            )

    def shares(self, instances: int) -> list[float]:
        """Which part of the requests goes to the new fleet, step by step; 1 comes last."""
        whole = instances if self.unit == "INSTANCE_COUNT" else 100
        first = min(1.0, self.size / whole)
        if self.kind != "LINEAR":
            return [first, 1.0] if first < 1 else [1.0]
        return [min(1.0, step * first) for step in range(1, math.ceil(whole / self.size) + 1)]


def _step(kind: str, routing: Record) -> Record:
    needed = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}
    for other, field in needed.items():
        if other != kind and field in routing:
            raise ValidationException(f"{field} is not allowed for traffic routing type {kind}")
    if kind in needed and needed[kind] not in routing:
        raise ValidationException(f"{needed[kind]} is required for traffic routing type {kind}")
    step: Record = routing.get(needed.get(kind, ""), {})
    return step
