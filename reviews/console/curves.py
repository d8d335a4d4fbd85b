"""The learning curves of a training, from the metrics that it prints."""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field

from contract.metrics import TRAIN_LOSS, VALIDATION
from reviews.client.runs.job_logs import LiveValues

_RESUMED = re.compile(r"Resumed at step (\d+) of (\d+)")  # before any other step is printed
_SHOWN = (TRAIN_LOSS, *VALIDATION)


@dataclass
class Curves:
    """(step, value) points of each metric. Lines of the validation have no step, so they get the
    last one."""

    points: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    steps: int = 0  # the total of the training
    _step: int = 0

    def read_line(self, line: str) -> None:
        if resumed := _RESUMED.match(line):
            self._step, self.steps = map(int, resumed.groups())
        live = LiveValues()
        live.read_line(line)
        step, _, steps = live.values.get("step", "").partition("/")
        if step.isdigit() and steps.isdigit():
            self._step, self.steps = int(step), int(steps)
        for name in _SHOWN:
            if name in live.values:
                self._add(name, live.values[name])

    def in_order(self) -> dict[str, list[tuple[int, float]]]:
        """The points of the metrics that have any, in the order in which they are shown."""
        return {name: self.points[name] for name in _SHOWN if name in self.points}

    def _add(self, name: str, value: str) -> None:
        try:
            number = float(value)
        except ValueError:
            return
        if math.isfinite(number):  # JSON has no others
            self.points[name].append((self._step, number))
