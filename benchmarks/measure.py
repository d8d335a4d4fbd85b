"""Measures a program: wall time, and the memory of its whole process tree; and a repeated call."""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
_SAMPLE_SECONDS = 0.2
_WARM_UP = 5


@dataclass(frozen=True)
class Measured:
    """`seconds` from start to exit; `peak_mb`: most resident memory, summed over its processes."""

    seconds: float
    peak_mb: float
    output: str


def python(*arguments: object, limit: int = 10_000, **environment: str) -> Measured:
    """Runs this Python with the arguments and more variables; RuntimeError when it fails."""
    command: Sequence[str] = [sys.executable, *map(str, arguments)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        # The scripts of ml_code find contract here; in a job it is beside them.
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peaks = [0.0]
    sampler = threading.Thread(target=_sample, args=(process.pid, peaks), daemon=True)
    sampler.start()
    output = process.communicate(timeout=limit)[0]
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output[-2000:]}")
    return Measured(seconds, max(peaks), output)


def _sample(pid: int, peaks: list[float]) -> None:
    try:
        parent = psutil.Process(pid)
        while True:
            total = 0
            for process in [parent, *parent.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peaks.append(total / 2**20)
            time.sleep(_SAMPLE_SECONDS)
    except psutil.NoSuchProcess:
        return


def median_ms(call: Callable[[], None], times: int) -> float:
    """Milliseconds that half of the calls take at most, after a few that are not counted."""
    durations = []
    for number in range(_WARM_UP + times):
        started = time.perf_counter()
        call()
        if number >= _WARM_UP:
            durations.append(1000 * (time.perf_counter() - started))
    return statistics.median(durations)
