"""The embedded AWS in this process, until it is told to end."""

import asyncio
import logging
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

import psutil

from localcloud.core.address import (
    Address,
    ServerError,
    address_file,
    client_environment,
    is_listening,
)
from localcloud.core.cloud import SCRATCH, Cloud
from localcloud.core.processes import end_children

_SDK_CONFIG = """SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


def serve(data_dir: Path, port: int = 0) -> None:
    """Serves until SIGTERM or SIGINT; then ends every process it has started."""
    data_dir = data_dir.resolve()
    if Address.read(data_dir):
        raise ServerError(f"{data_dir} already has a running server")
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "sagemaker-config.yaml").write_text(_SDK_CONFIG)
    scratch = data_dir / SCRATCH
    _use_for_temporary_files(scratch)
    port = port or _free_port()
    address = Address(f"http://127.0.0.1:{port}", os.getpid(), port)
    # Lambdas, which are child processes, look for AWS where this process' environment says.
    os.environ.update(client_environment(address, data_dir))

    from localcloud import ministack as adapter
    from localcloud.composition import new_cloud

    adapter.configure(port, data_dir)
    cloud = new_cloud(address.endpoint_url, data_dir)
    application = adapter.install(cloud)
    try:
        asyncio.run(_serve(application, cloud, address))
    finally:
        address_file(data_dir).unlink(missing_ok=True)
        end_children(psutil.Process())
        cloud.store.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _use_for_temporary_files(folder: Path) -> None:
    """Empties it, and makes it what this process has for /tmp.

    ministack unpacks functions there. What a killed server leaves is found and removed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tempfile.tempdir = str(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def _serve(application: Any, cloud: Cloud, address: Address) -> None:
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    from localcloud import composition

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def until_stopped() -> None:
        await stop.wait()
        await asyncio.to_thread(composition.shutdown, cloud)

    config = Config()
    config.bind = [f"127.0.0.1:{address.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    composition.recover(cloud)
    composition.start(cloud)
    announcement = asyncio.create_task(_announce(cloud, address))
    await hypercorn_serve(application, config, shutdown_trigger=until_stopped)
    announcement.cancel()


async def _announce(cloud: Cloud, address: Address) -> None:
    while not await asyncio.to_thread(is_listening, address.port):
        await asyncio.sleep(0.05)
    address.write(cloud.data_dir)
    logging.getLogger(__name__).info("The embedded AWS is ready at %s", address.endpoint_url)
