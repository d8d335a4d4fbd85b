"""Starts and stops an embedded AWS in the background, or for a test."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psutil

from localcloud.core.address import Address, ServerError, address_file, client_environment
from localcloud.core.cloud import PROGRAM_FOLDERS, SCRATCH
from localcloud.core.processes import kill, tree
from localcloud.core.regions import FOLDER as REGIONS
from localcloud.faults import registry as faults
from localcloud.faults.client import FaultClient
from localcloud.iam import decisions, enforcement

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_DATA_DIR = Path(".localcloud")
# What a server keeps in its folder.
_STATE = (
    "server.*",
    "sagemaker-config.yaml",
    "sagemaker.sqlite*",
    "features.sqlite*",
    decisions.FILE,
    faults.LOG,
    "ministack",
    "s3",
    REGIONS,
    SCRATCH,
    *PROGRAM_FOLDERS,
)
_START_SECONDS = 60
_STOP_SECONDS = 60


def start(data_dir: Path, port: int = 0) -> Address:
    """The server of this folder; starts one in the background if there is none."""
    running = Address.read(data_dir)
    if running:
        return running
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "localcloud", "serve", "--data-dir", str(data_dir.resolve())]
    search = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")]))
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": search},
            start_new_session=True,  # Ctrl-C in the terminal is the caller's, not the server's
        )
    try:
        return _wait_until_ready(process, data_dir)
    except BaseException:  # Ctrl-C, too: the server would run on although nobody uses it
        kill([child for child in tree(process.pid) if child.is_running()])
        process.wait()
        raise


def _wait_until_ready(process: "subprocess.Popen[bytes]", data_dir: Path) -> Address:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        address = Address.read(data_dir)
        if address and address.pid == process.pid:
            return address
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise ServerError(
        f"The embedded AWS did not start. The end of {data_dir / 'server.log'}:\n"
        + "\n".join((data_dir / "server.log").read_text(errors="replace").splitlines()[-15:])
    )


def stop(data_dir: Path) -> bool:
    """Ends the server of this folder with all its processes; False if there is none."""
    address = Address.read(data_dir)
    if address is None:
        return False
    try:
        server = psutil.Process(address.pid)
        ending = [server, *server.children(recursive=True)]
        server.terminate()
    except psutil.NoSuchProcess:
        return False
    _, alive = psutil.wait_procs(ending, timeout=_STOP_SECONDS)
    kill(alive)
    address_file(data_dir).unlink(missing_ok=True)
    return True


def clear(data_dir: Path) -> None:
    """Removes what a server left in the folder, and nothing else that may be in it.

    Raises ServerError while the server runs.
    """
    if Address.read(data_dir):
        raise ServerError(f"the embedded AWS of {data_dir} is running; stop it first")
    for pattern in _STATE:
        for path in data_dir.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    with contextlib.suppress(OSError):  # not empty, or not there
        data_dir.rmdir()


class LocalCloud:
    """An embedded AWS for the length of a `with` block."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._address: Address | None = None

    def __enter__(self) -> Self:
        self._address = start(self.data_dir)
        return self

    def __exit__(self, *_: object) -> None:
        stop(self.data_dir)

    def reset(self) -> None:
        """Ends all that runs and removes what is there; the address stays the same."""
        port = self.address.port
        stop(self.data_dir)
        clear(self.data_dir)
        self._address = start(self.data_dir, port)

    def restart(self) -> None:
        """Ends all that runs; what is there stays, and so does the address."""
        port = self.address.port
        stop(self.data_dir)
        self._address = start(self.data_dir, port)

    @property
    def address(self) -> Address:
        if self._address is None:
            raise ServerError("The embedded AWS has not been started")
        return self._address

    @property
    def endpoint_url(self) -> str:
        return self.address.endpoint_url

    def environment(self) -> dict[str, str]:
        return client_environment(self.address, self.data_dir)

    def enforce_iam(self) -> contextlib.ExitStack:
        """Enforces IAM from now on, or for the length of a `with` block."""
        enforcement.enforce(self.endpoint_url)
        stack = contextlib.ExitStack()
        stack.callback(enforcement.relax, self.endpoint_url)
        return stack

    @property
    def faults(self) -> FaultClient:
        """Errors, delays and interruptions of AWS, on demand."""
        return FaultClient(self.endpoint_url, self.data_dir)

    def iam_decisions(self) -> list[decisions.Decision]:
        """The decisions of IAM since it was enforced last."""
        return decisions.read(self.data_dir)
