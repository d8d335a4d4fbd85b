"""What each training step cost: wall time, data loading, operators, memory; as JSON and HTML."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.profile_page import render
from training.step_clock import StepClock

_PROFILED_STEPS = range(5, 8)  # after warm-up; few, since the profiler itself costs time
_SAMPLE_SECONDS = 2.0
_TOP_OPERATORS = 12


class StepProfile:
    """Times every step, profiles three of them and samples the process in the background."""

    def __init__(self, device: torch.device) -> None:
        self._clock = StepClock(device)
        self._loading: list[float] = []
        self._profiler: Any = None
        self._operators: list[dict[str, Any]] = []
        self._samples: list[dict[str, float]] = []
        self._finished = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def timed(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Passes batches on, noting how long each took to make (seconds)."""
        while True:
            started = time.perf_counter()
            batch = next(batches, None)
            if batch is None:
                return
            self._loading.append(time.perf_counter() - started)
            yield batch

    @contextmanager
    def step(self) -> Iterator[None]:
        """Surrounds the computation of one step."""
        if self._clock.count == _PROFILED_STEPS.start:
            self._profiler = _profiler()
            self._profiler.start()
        with self._clock.span():
            yield
        if self._clock.count == _PROFILED_STEPS.stop:
            self._stop_profiler()

    def end(self) -> None:
        """Stops measuring; a profiler that still ran when the process exits would crash it."""
        self._stop_profiler()
        self._clock.end()
        self._finished.set()
        self._sampler.join(timeout=2 * _SAMPLE_SECONDS)

    def write(self, folder: Path) -> None:
        """After `end`: writes profiler_report.json and profiler_report.html into the folder."""
        report = self._report()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "profiler_report.json").write_text(json.dumps(report, indent=1))
        (folder / "profiler_report.html").write_text(render(report), encoding="utf-8")

    def _stop_profiler(self) -> None:
        if self._profiler is None:
            return
        profiler, self._profiler = self._profiler, None
        profiler.stop()
        for event in profiler.key_averages():
            cost = event.self_device_time_total or event.self_cpu_time_total
            self._operators.append({"name": event.key, "ms": cost / 1000, "calls": event.count})

    def _sample(self) -> None:
        cores = os.cpu_count() or 1
        wall, used = time.perf_counter(), time.process_time()
        started = wall
        while not self._finished.wait(_SAMPLE_SECONDS):
            now, now_used = time.perf_counter(), time.process_time()
            sample = {
                "second": round(now - started, 1),
                "cpu_percent": round(100 * (now_used - used) / (now - wall) / cores, 1),
                "memory_mb": _resident_mb(),
            }
            if torch.cuda.is_available():
                sample["gpu_memory_mb"] = round(torch.cuda.memory_allocated() / 2**20, 1)
                # NVML's binding may be missing, or refuse (as it does under MIG) with errors of
                # kinds that only it has.
                with suppress(Exception):
                    sample["gpu_percent"] = float(torch.cuda.utilization())
            self._samples.append(sample)
            wall, used = now, now_used

    def _report(self) -> dict[str, Any]:
        steps = np.array(self._clock.seconds or [0.0])
        loading = np.array(self._loading or [0.0])
        counts, edges = np.histogram(1000 * steps, bins=20)
        total = float(steps.sum() + loading.sum()) or 1.0
        report = {
            "steps": self._clock.count,
            "step_ms": {
                "mean": round(1000 * float(steps.mean()), 2),
                **{f"p{q}": round(1000 * float(np.percentile(steps, q)), 2) for q in (50, 95, 99)},
            },
            "step_histogram": {"counts": counts.tolist(), "edges_ms": edges.round(2).tolist()},
            "data_loading_share": round(float(loading.sum()) / total, 4),
            "operators": self._top_operators(),
            "samples": self._samples,
        }
        return {**report, "findings": findings(report)}

    def _top_operators(self) -> list[dict[str, Any]]:
        merged: dict[str, dict[str, Any]] = {}
        for entry in self._operators:
            into = merged.setdefault(entry["name"], {"name": entry["name"], "ms": 0.0, "calls": 0})
            into["ms"] += entry["ms"]
            into["calls"] += entry["calls"]
        total = sum(entry["ms"] for entry in merged.values()) or 1.0
        top = sorted(merged.values(), key=lambda entry: -entry["ms"])[:_TOP_OPERATORS]
        return [{**e, "ms": round(e["ms"], 2), "share": round(e["ms"] / total, 4)} for e in top]


def findings(report: dict[str, Any]) -> list[str]:
    """What the numbers say, in words."""
    said = []
    loading = report["data_loading_share"]
    said.append(
        f"Making batches takes {loading:.1%} of the time"
        + ("; the model waits for data." if loading > 0.1 else "; it is no bottleneck.")
    )
    median, tail = report["step_ms"]["p50"], report["step_ms"]["p95"]
    if median and tail > 3 * median:
        said.append(
            f"1 step in 20 takes over {tail / median:.1f} times the median: uneven "
            "lengths, or cores that something else uses."
        )
    if report["operators"]:
        first = report["operators"][0]
        said.append(f"{first['name']} is the costliest operator, {first['share']:.0%} of a step.")
    busy = [sample["cpu_percent"] for sample in report["samples"]]
    if busy and not torch.cuda.is_available():
        mean = sum(busy) / len(busy)
        said.append(
            f"The process used {mean:.0f}% of all cores"
            + ("; other programs or waiting took the rest." if mean < 60 else ".")
        )
    return said


def _profiler() -> Any:
    activities = [torch.profiler.ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    return torch.profiler.profile(activities=activities)


def _resident_mb() -> float:
    """Resident memory; 0 where /proc is missing."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
