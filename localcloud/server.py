"""Starting and stopping an embedded AWS: in this process, in the background, or for a test."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from localcloud import decisions, enforcement
from localcloud.cloud import ACCESS_KEY, ACCOUNT, PROGRAM_FOLDERS, REGION, SECRET_KEY, Cloud
from localcloud.faults import registry as faults
from localcloud.faults.client import FaultClient
from localcloud.state import Store

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
    *PROGRAM_FOLDERS,
)
_START_SECONDS = 60
_STOP_SECONDS = 60
_KILL_SECONDS = 5
_SDK_CONFIG = """SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


class ServerError(RuntimeError):
    """The embedded AWS could not be started, or is not running."""


@dataclass(frozen=True)
class Address:
    """What <data-dir>/server.json says of a running server."""

    endpoint_url: str
    pid: int
    port: int

    @classmethod
    def read(cls, data_dir: Path) -> Self | None:
        """The address of the server of this folder, if it is alive."""
        try:
            address = cls(**json.loads(_address_file(data_dir).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return address if _is_listening(address.port) else None

    def write(self, data_dir: Path) -> None:
        part = _address_file(data_dir).with_suffix(".part")
        part.write_text(json.dumps(asdict(self)))
        part.replace(_address_file(data_dir))


def _address_file(data_dir: Path) -> Path:
    return data_dir / "server.json"


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def client_environment(address: Address, data_dir: Path) -> dict[str, str]:
    """Variables that make any AWS client talk to the server of this folder."""
    variables = {
        "AWS_ENDPOINT_URL": address.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # sync-127.0.0.1 is no host
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        # The SageMaker SDK would report its use over the network otherwise.
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str((data_dir / "sagemaker-config.yaml").resolve()),
    }
    return variables | _node_path() | {"PATH": _search_path()}


def _search_path() -> str:
    """PATH with the commands of this interpreter (node, aws, reviews) and the CDK in front."""
    own = [str(Path(sys.executable).parent), str(Path.cwd() / "node_modules" / ".bin")]
    others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join([*own, *(folder for folder in others if folder not in own)])


def _node_path() -> dict[str, str]:
    """Where CDK's own Node.js Lambdas find the AWS SDK that Lambda's runtime would bring."""
    modules = Path.cwd() / "node_modules"
    return {"NODE_PATH": str(modules)} if modules.is_dir() else {}


# -- in this process -----------------------------------------------------------------------------


def serve(data_dir: Path, port: int = 0) -> None:
    """Serves until SIGTERM or SIGINT; then ends every process it has started."""
    data_dir = data_dir.resolve()
    if Address.read(data_dir):
        raise ServerError(f"{data_dir} already has a running server")
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "sagemaker-config.yaml").write_text(_SDK_CONFIG)
    port = port or _free_port()
    address = Address(f"http://127.0.0.1:{port}", os.getpid(), port)
    # Lambdas, which are child processes, look for AWS where this process' environment says.
    os.environ.update(client_environment(address, data_dir))

    from localcloud import adapter

    adapter.configure(port, data_dir)
    cloud = Cloud(address.endpoint_url, data_dir, Store(data_dir / "sagemaker.sqlite"))
    application = adapter.install(cloud)
    try:
        asyncio.run(_serve(application, cloud, address))
    finally:
        _address_file(data_dir).unlink(missing_ok=True)
        _end_children(psutil.Process())
        cloud.store.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def _serve(application: Any, cloud: Cloud, address: Address) -> None:
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    from localcloud import execution, features
    from localcloud.scaling.service import Evaluator

    stop, scaling = asyncio.Event(), Evaluator(cloud)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def until_stopped() -> None:
        await stop.wait()
        # While the server still answers: all have something to ask of it.
        await asyncio.to_thread(scaling.close)
        await asyncio.to_thread(execution.shutdown, cloud)
        await asyncio.to_thread(features.shutdown, cloud)

    config = Config()
    config.bind = [f"127.0.0.1:{address.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    execution.recover(cloud)
    features.start(cloud)
    scaling.start()
    announcement = asyncio.create_task(_announce(cloud, address))
    await hypercorn_serve(application, config, shutdown_trigger=until_stopped)
    announcement.cancel()


async def _announce(cloud: Cloud, address: Address) -> None:
    while not await asyncio.to_thread(_is_listening, address.port):
        await asyncio.sleep(0.05)
    address.write(cloud.data_dir)
    logging.getLogger(__name__).info("The embedded AWS is ready at %s", address.endpoint_url)


# -- in a process of its own ---------------------------------------------------------------------


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
    except BaseException:  # Ctrl-C included: a server that nobody waits for would stay for ever
        _kill([child for child in _tree(process.pid) if child.is_running()])
        process.wait()
        raise


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


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
        tree = [server, *server.children(recursive=True)]
        server.terminate()
    except psutil.NoSuchProcess:
        return False
    _, alive = psutil.wait_procs(tree, timeout=_STOP_SECONDS)
    _kill(alive)
    _address_file(data_dir).unlink(missing_ok=True)
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


def _end_children(process: psutil.Process) -> None:
    """Lambda's warm workers are ministack's children and would outlive it."""
    children = process.children(recursive=True)
    for child in children:
        child.terminate()
    _, alive = psutil.wait_procs(children, timeout=_KILL_SECONDS)
    _kill(alive)


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=_KILL_SECONDS)


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
        """What AWS does on its bad days, on demand."""
        return FaultClient(self.endpoint_url, self.data_dir)

    def iam_decisions(self) -> list[decisions.Decision]:
        """What IAM has decided since it was enforced last."""
        return decisions.read(self.data_dir)
