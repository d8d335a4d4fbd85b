"""What the log, and through it the job's metrics, hears of a running training."""

import time

import torch
from torch import Tensor

from training.distribution import Group


class Meter:
    """Mean loss and speed since the last report."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._clear()

    def _clear(self) -> None:
        self._losses = torch.zeros((), device=self._group.device)
        self._rows, self._since = 0, time.perf_counter()

    def add(self, loss: Tensor, rows: int) -> None:
        """`loss` is the sum over this rank's rows, `rows` the rows of all ranks."""
        self._losses += loss
        self._rows += rows

    def report(self, epoch: int, step: int, total: int) -> None:
        """Prints one line on the first rank; every rank has to call it."""
        loss = self._group.total(self._losses).item() / self._rows
        speed = self._rows / (time.perf_counter() - self._since)
        if self._group.leads:
            print(
                f"train:loss={loss:.4f} train:progress={step / total:.4f} "
                f"train:samples_per_second={speed:.1f} epoch={epoch} step={step}/{total}",
                flush=True,
            )
        self._clear()
