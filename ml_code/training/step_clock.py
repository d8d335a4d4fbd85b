"""How long each step takes, on a GPU by the GPU's own clock: the program runs ahead of it."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


class StepClock:
    """Seconds of every span. Reading them never makes the program wait for a GPU, until `end`."""

    def __init__(self, device: torch.device, event: Callable[[], Any] | None = None) -> None:
        self._event = event or _event
        self._on_gpu = device.type == "cuda"
        self._open: deque[tuple[Any, Any]] = deque()  # spans that the GPU may not have come to
        self.seconds: list[float] = []
        self.count = 0

    @contextmanager
    def span(self) -> Iterator[None]:
        self.count += 1
        if self._on_gpu:
            first, last = self._event(), self._event()
            first.record()
            yield
            last.record()
            self._open.append((first, last))
            while self._open and self._open[0][1].query():
                self._close()
        else:
            started = time.perf_counter()
            yield
            self.seconds.append(time.perf_counter() - started)

    def end(self) -> None:
        """Waits for the GPU; afterwards every span is in `seconds`."""
        while self._open:
            self._open[0][1].synchronize()
            self._close()

    def _close(self) -> None:
        first, last = self._open.popleft()
        self.seconds.append(first.elapsed_time(last) / 1000)


def _event() -> Any:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
