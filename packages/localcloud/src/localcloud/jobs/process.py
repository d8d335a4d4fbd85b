"""Runs a program as one process group with an explicit environment and hands on its output.

Covered: output lines as they appear (stdout and stderr in one stream, as in a container's log),
graceful and forced termination of the whole tree, clean-up of what an earlier server left behind.

Not covered: isolation. The program runs as the server's user and sees its file system and network;
a descendant that both leaves the group and drops its environment is not found again.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

import psutil

MARK = "LOCALCLOUD_PROCESS"  # environment variable that every process of a job inherits
_KILL_SECONDS = 5
_PASSED_ON = (
    *("HOME", "LANG", "LC_ALL", "TMPDIR", "TERM", "USER", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    "SAGEMAKER_USER_CONFIG_OVERRIDE",  # the server's: the SDK reports nothing over the network
)
_PASSED_ON_PREFIXES = ("PIP_", "UV_", "HF_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_SECRETS = ("TOKEN", "PASSWORD", "SECRET")  # such as HF_TOKEN and UV_PUBLISH_PASSWORD


def base_environment(outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a job takes over from the server's environment: locale, package index, certificates.

    Never credentials of AWS or a model hub, and no file that holds some: a laptop may have real
    ones. What a job needs it gets in its own request, as on AWS.
    """
    passed = {name: value for name, value in outer.items() if _is_passed_on(name.upper())}
    return passed | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HF_TOKEN_PATH": os.devnull,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def _is_passed_on(name: str) -> bool:
    known = name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    return known and not any(secret in name for secret in _SECRETS)


class Program:
    """One running program; `on_line` gets each output line, without its end, in another thread."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        mark: str,
        on_line: Callable[[str], None],
        pass_fds: Sequence[int] = (),
    ) -> None:
        self._mark = mark
        self._on_line = on_line
        self.last_line = ""
        self._closed = False
        self._process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**environment, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )
        self._reader = threading.Thread(target=self._read, name=f"output-{mark}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code in a container's form: 128 + signal number for a program ended by a
        signal."""
        code = self._process.poll()
        return code if code is None or code >= 0 else 128 - code

    @property
    def ended(self) -> bool:
        """Neither the program nor anything that it has started is running."""
        return self.exit_code is not None and not _marked(self._mark)

    def terminate(self) -> None:
        """Asks the group to end (SIGTERM), which is what StopProcessingJob and its like send."""
        _signal_group(self._process.pid, signal.SIGTERM)

    def close(self) -> None:
        """Kills what is left of the tree and reads the output to its end."""
        if self._closed:
            return
        self._closed = True
        _signal_group(self._process.pid, signal.SIGKILL)
        kill_marked(self._mark)
        self._process.wait()
        self._reader.join(timeout=10)

    def _read(self) -> None:
        with cast("IO[bytes]", self._process.stdout) as output:
            for raw in output:
                # Progress bars redraw with \r; a log shows the last drawing.
                line = raw.decode(errors="replace").rstrip("\r\n").rpartition("\r")[2]
                if line.strip():
                    self.last_line = line.strip()
                self._on_line(line)


def _signal_group(group: int, number: signal.Signals) -> None:
    # Gone already; macOS answers EPERM for a zombie's group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill_marked(prefix: str) -> int:
    """Kills every process whose mark starts with `prefix`; returns how many.

    The mark lives in the process's own environment, so it needs no pid file and survives both a
    crash of the server and programs that leave their process group (torchrun's workers do).
    """
    killed: set[int] = set()
    deadline = time.monotonic() + _KILL_SECONDS
    # Again until none is left: a victim may start another process while it is being looked for.
    while (victims := _marked(prefix)) and time.monotonic() < deadline:
        killed.update(process.pid for process in victims)
        for process in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        while any(_running(process) for process in victims) and time.monotonic() < deadline:
            time.sleep(0.01)
    return len(killed)


def _marked(prefix: str) -> list[psutil.Process]:
    """The running processes with the mark, without those that have ended and whose parent has not
    asked yet: they hold nothing."""
    return [
        process
        for process in psutil.process_iter()
        if _mark(process).startswith(prefix) and _running(process)
    ]


def _running(process: psutil.Process) -> bool:
    """Whether a process runs. psutil's wait() would take a child's exit code away from its Popen
    object."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _mark(process: psutil.Process) -> str:
    try:
        return process.environ().get(MARK, "") if process.pid != os.getpid() else ""
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return ""
