"""How long each step takes: on a GPU by CUDA events, since the program does not wait for it."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


class StepTimer:
    """`seconds` of each step. Measuring never makes the program wait for a GPU, until `finish`."""

    def __init__(self, device: torch.device, event: Callable[[], Any] | None = None) -> None:
        """`event` makes a CUDA event with timing."""
        self._event = event or _event
        self._on_gpu = device.type == "cuda"
        self._pending: deque[tuple[Any, Any]] = deque()  # events that the GPU may not have reached
        self.seconds: list[float] = []
        self.count = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        self.count += 1
        if self._on_gpu:
            start, end = self._event(), self._event()
            start.record()
            yield
            end.record()
            self._pending.append((start, end))
            while self._pending and self._pending[0][1].query():
                self._read_first()
        else:
            started = time.perf_counter()
            yield
            self.seconds.append(time.perf_counter() - started)

    def finish(self) -> None:
        """Waits for the GPU; afterwards every step is in `seconds`."""
        while self._pending:
            self._pending[0][1].synchronize()
            self._read_first()

    def _read_first(self) -> None:
        start, end = self._pending.popleft()
        self.seconds.append(start.elapsed_time(end) / 1000)


def _event() -> Any:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
