"""Programs that the commands run: cdk, node, and those of this project."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from reviews.client.aws.embedded import PROJECT
from reviews.client.errors import CommandFailed

# The programs of this installation come before others on the PATH.
_FOLDERS = (str(Path(sys.executable).parent), str(PROJECT / "node_modules" / ".bin"))
_END_SECONDS = 20
_READ_SECONDS = 30


def search_path(others: str) -> str:
    return os.pathsep.join([*_FOLDERS, others])


def find(program: str) -> str | None:
    """The path of a program of this installation or on the PATH; None if there is none."""
    return shutil.which(program, path=search_path(os.environ.get("PATH", os.defpath)))


def run(command: Sequence[str], variables: Mapping[str, str]) -> None:
    """Runs a program in the project's folder; its output goes to stderr.

    Ends it when this process is ended. Raises CommandFailed for an exit code other than 0, and for
    a program that cannot be started.
    """
    process = _start(command, variables)
    try:
        code = process.wait()
    except BaseException:  # Ctrl-C and SIGTERM, too: the program must not outlive this one
        _end(process)
        raise
    if code:
        raise CommandFailed(f"{' '.join(command)} ended with exit code {code}")


def read_output(command: Sequence[str]) -> str:
    """What a short program prints; empty if there is no such program, it fails, or it takes longer
    than half a minute."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_READ_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def end_by_exception() -> None:
    """Makes SIGTERM raise SystemExit, so that children are ended and the terminal is restored."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _start(command: Sequence[str], variables: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    path = search_path(variables.get("PATH", os.defpath))
    try:
        return subprocess.Popen(
            command, cwd=PROJECT, env={**variables, "PATH": path}, stdout=sys.stderr
        )
    except OSError as error:
        raise CommandFailed(f"{command[0]} cannot be run: {error.strerror}") from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
