"""The metrics of a running training, as lines of the log that the job's metric definitions read."""

import time

import torch
from torch import Tensor

from contract.metrics import TRAIN_LOSS, TRAIN_PROGRESS, TRAIN_THROUGHPUT
from training.process_group import ProcessGroup


class RunningMetrics:
    """Mean loss and throughput (rows a second) since the last report."""

    def __init__(self, group: ProcessGroup) -> None:
        self._group = group
        self._reset()

    def _reset(self) -> None:
        self._loss = torch.zeros((), device=self._group.device)
        self._rows, self._since = 0, time.perf_counter()

    def add(self, loss: Tensor, rows: int) -> None:
        """Adds a step: `loss` is the sum over the rows of this rank, `rows` the rows of all."""
        self._loss += loss
        self._rows += rows

    def report(self, epoch: int, step: int, total: int) -> None:
        """Prints one line on the main rank; every rank has to call it."""
        loss = self._group.sum(self._loss).item() / self._rows
        throughput = self._rows / (time.perf_counter() - self._since)
        if self._group.is_main:
            print(
                f"{TRAIN_LOSS}={loss:.4f} {TRAIN_PROGRESS}={step / total:.4f} "
                f"{TRAIN_THROUGHPUT}={throughput:.1f} epoch={epoch} step={step}/{total}",
                flush=True,
            )
        self._reset()
