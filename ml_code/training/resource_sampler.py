"""Processor, memory and GPU of this process over time, sampled in the background."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import torch

_INTERVAL_SECONDS = 2.0


class ResourceSampler:
    """Samples from its creation until `stop`; `samples` has one dictionary every 2 seconds.

    `second` counts from the start, `cpu_percent` is of all cores, `memory_mb` the resident memory.
    With a GPU there are `gpu_memory_mb` and, where it can be read, `gpu_percent`.
    """

    def __init__(self) -> None:
        self.samples: list[dict[str, float]] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=2 * _INTERVAL_SECONDS)

    def _run(self) -> None:
        cores = os.cpu_count() or 1
        wall, used = time.perf_counter(), time.process_time()
        started = wall
        while not self._stopped.wait(_INTERVAL_SECONDS):
            now, now_used = time.perf_counter(), time.process_time()
            self.samples.append(
                {
                    "second": round(now - started, 1),
                    "cpu_percent": round(100 * (now_used - used) / (now - wall) / cores, 1),
                    "memory_mb": _resident_mb(),
                    **_gpu_sample(),
                }
            )
            wall, used = now, now_used


def _gpu_sample() -> dict[str, float]:
    if not torch.cuda.is_available():
        return {}
    sample = {"gpu_memory_mb": round(torch.cuda.memory_allocated() / 2**20, 1)}
    # NVML's binding may be missing, or refuse (as it does under MIG) with errors of its own kinds.
    with suppress(Exception):
        sample["gpu_percent"] = float(torch.cuda.utilization())
    return sample


def _resident_mb() -> float:
    """Resident memory; 0 where /proc is missing."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
