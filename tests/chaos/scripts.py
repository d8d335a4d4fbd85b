"""The scripts of ml_code as jobs run them, each a process group of its own that can be killed."""

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Timer

import psutil

import train
from worlds.waiting import until

ML_CODE = Path(train.__file__).parent
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Moment:
    """So many seconds after this line of the output, but before the next one."""

    line: int
    seconds: float


@dataclass(frozen=True)
class Ended:
    code: int
    lines: list[str]
    times: list[float]  # of the lines, in seconds from the start

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def moments(self, number: int, seed: int) -> Iterator[Moment]:
        """Moments of this run, drawn from its time: where it takes long, more of them fall."""
        chance = random.Random(seed)
        for _ in range(number):
            moment = chance.uniform(0, self.times[-1])
            line = sum(time <= moment for time in self.times)
            yield Moment(line, moment - ([0.0, *self.times][line]))


def run(
    script: str,
    arguments: Sequence[str],
    *,
    kill: Moment | None = None,
    when: Callable[[], bool] | None = None,
    **environment: str,
) -> Ended:
    """To its end, or until it is killed: at a moment, or `when` this says so."""
    process = subprocess.Popen(
        [sys.executable, str(ML_CODE / script), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ML_CODE.parent),
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    if when is not None:
        while process.poll() is None and not when():
            time.sleep(0.01)
        _kill(process)
    ended = _heard(process, kill)
    assert until(lambda: running(process.pid), lambda left: not left) == []
    return ended


def train_arguments(
    base_model: Path, features: Path, model: Path, checkpoints: Path, *more: str
) -> list[str]:
    """Of a training that saves its state after each step."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    return [
        f"--base-model={base_model}",
        f"--train-data={features / 'train'}",
        f"--validation-data={features / 'validation'}",
        f"--model-dir={model}",
        f"--checkpoint-dir={checkpoints}",
        "--checkpoint-seconds=0",
        "--max-length=32",
        *more,
    ]


def _heard(process: subprocess.Popen[str], kill: Moment | None) -> Ended:
    started, lines, times = time.monotonic(), list[str](), list[float]()
    assert process.stdout
    with process.stdout:
        for number in count():
            timer = kill and number == kill.line and Timer(kill.seconds, _kill, [process])
            if timer:
                timer.start()
            line = process.stdout.readline()
            if timer:
                timer.cancel()
                _kill(process)
            if not line:
                return Ended(process.wait(), lines, times)
            lines.append(line.rstrip("\n"))
            times.append(time.monotonic() - started)
    raise AssertionError("the output never ended")


def _kill(process: subprocess.Popen[str]) -> None:
    """All of its group, as a container ends with all that is in it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def running(group: int) -> list[int]:
    """The processes of a group, without those that have ended and that nobody has asked yet."""
    return [
        process.pid
        for process in psutil.process_iter(["status"])
        if _group(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _group(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid)
    return None


def hashes(folder: Path, *parts: str) -> dict[str, str]:
    """The SHA-256 of each file below the folder, or below these parts of it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in parts or ("",)
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }
