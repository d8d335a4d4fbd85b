"""Measures a training: each step, data loading, three steps in torch's profiler, resources."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from training.profile_report import Operator, profile_report, write_reports
from training.resource_sampler import ResourceSampler
from training.step_timer import StepTimer

_PROFILED_STEPS = range(5, 8)  # after warm-up; few, since torch's profiler itself costs time


class TrainingProfiler:
    """Measures from its creation until `stop`."""

    def __init__(self, device: torch.device) -> None:
        self._timer = StepTimer(device)
        self._loading_seconds: list[float] = []
        self._torch_profiler: Any = None
        self._operators: list[Operator] = []
        self._resources = ResourceSampler()

    def timed_batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yields the batches and notes how long each took to load."""
        while True:
            started = time.perf_counter()
            batch = next(batches, None)
            if batch is None:
                return
            self._loading_seconds.append(time.perf_counter() - started)
            yield batch

    @contextmanager
    def step(self) -> Iterator[None]:
        """Surrounds the computation of one step."""
        if self._timer.count == _PROFILED_STEPS.start:
            self._torch_profiler = _torch_profiler()
            self._torch_profiler.start()
        with self._timer.step():
            yield
        if self._timer.count == _PROFILED_STEPS.stop:
            self._stop_torch_profiler()

    def stop(self) -> None:
        """Has to be called: a torch profiler that runs when the process exits would crash it."""
        self._stop_torch_profiler()
        self._timer.finish()
        self._resources.stop()

    def write(self, folder: Path) -> None:
        """After `stop`: writes profiler_report.json and profiler_report.html into the folder."""
        write_reports(
            profile_report(
                step_seconds=self._timer.seconds,
                loading_seconds=self._loading_seconds,
                operators=self._operators,
                samples=self._resources.samples,
            ),
            folder,
        )

    def _stop_torch_profiler(self) -> None:
        if self._torch_profiler is None:
            return
        profiler, self._torch_profiler = self._torch_profiler, None
        profiler.stop()
        for event in profiler.key_averages():
            self_time = event.self_device_time_total or event.self_cpu_time_total  # microseconds
            self._operators.append(Operator(name=event.key, ms=self_time / 1000, calls=event.count))


def _torch_profiler() -> Any:
    activities = [torch.profiler.ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    return torch.profiler.profile(activities=activities)
