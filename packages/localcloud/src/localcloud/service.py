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

from localcloud import sdk_startup
from localcloud.core.address import (
    Address,
    ServerError,
    address_file,
    client_environment,
)
from localcloud.core.cloud import SCRATCH
from localcloud.core.processes import end_children
from localcloud.core.regions import Regions

_LOGGER = logging.getLogger(__name__)
_SDK_CONFIG = """SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


def serve(data_dir: Path, port: int = 0) -> None:
    """Serves until SIGTERM or SIGINT; then ends every process it has started.

    `port` 0 is any that is free. Raises ServerError for a port that is taken.
    """
    data_dir = data_dir.resolve()
    if Address.read(data_dir):
        raise ServerError(f"{data_dir} already has a running server")
    listener = _bind(port)
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "sagemaker-config.yaml").write_text(_SDK_CONFIG)
    scratch = data_dir / SCRATCH
    _use_for_temporary_files(scratch)
    port = listener.getsockname()[1]
    address = Address(f"http://127.0.0.1:{port}", os.getpid(), port)
    # Lambdas, which are child processes, look for AWS where this process' environment says.
    os.environ.update(client_environment(address, data_dir))
    os.environ["PYTHONPATH"] = sdk_startup.python_path(os.environ.get("PYTHONPATH"))

    from localcloud import ministack
    from localcloud.composition import open_regions

    ministack.configure(port, data_dir)
    regions = open_regions(address.endpoint_url, data_dir)
    application = ministack.install(regions)
    try:
        asyncio.run(_serve(application, regions, address, listener))
    finally:
        address_file(data_dir).unlink(missing_ok=True)
        end_children(psutil.Process())
        for cloud in regions:
            cloud.store.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _bind(port: int) -> socket.socket:
    from localcloud.http.server import bind

    try:
        return bind(port)
    except OSError as error:
        raise ServerError(f"port {port} cannot be used: {error.strerror}") from error


def _use_for_temporary_files(folder: Path) -> None:
    """Empties it, and makes it what this process has for /tmp.

    ministack unpacks functions there. What a killed server leaves is found and removed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tempfile.tempdir = str(folder)


async def _serve(
    application: Any, regions: Regions, address: Address, listener: socket.socket
) -> None:
    from localcloud import composition
    from localcloud.http.server import Server

    def announce() -> None:
        address.write(regions.home.data_dir)
        _LOGGER.info("The embedded AWS is ready at %s", address.endpoint_url)

    server, stop = Server(application, announce), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def end() -> None:
        await stop.wait()
        for cloud in regions:
            await asyncio.to_thread(composition.shutdown, cloud)
        server.stop()

    for cloud in regions:
        composition.recover(cloud)
    for cloud in regions:
        composition.start(cloud)
    ending = asyncio.create_task(end())
    await server.serve([listener])
    ending.cancel()
