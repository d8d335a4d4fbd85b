"""Serves the console on this machine's loopback interface."""

import os
import socket
import webbrowser
from collections.abc import Iterator

import uvicorn

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.console.app import make_app

_LOOPBACK = "127.0.0.1"


def serve(environment: Environment, *, port: int, opens_browser: bool) -> Iterator[dict[str, str]]:
    """Yields the environment and the URL, then serves until Ctrl-C.

    Raises NotDeployed before that, and InvalidArgument for a port that is in use.
    """
    with listen(port) as listener:
        port = listener.getsockname()[1]
        server = make_server(environment, port)
        address = f"http://{_LOOPBACK}:{port}/"
        yield {"environment": environment.name, "url": address}
        if opens_browser:
            webbrowser.open(address)
        run(server, listener)


def listen(port: int) -> socket.socket:
    """A listening socket, which queues connections until the server runs."""
    try:
        return socket.create_server((_LOOPBACK, port))
    except OSError as error:
        raise InvalidArgument(f"--port {port}: {os.strerror(error.errno or 0)}") from error


def make_server(environment: Environment, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        make_app(environment, port=port),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def run(server: uvicorn.Server, listener: socket.socket) -> None:
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn raises it again after it has ended
        return
