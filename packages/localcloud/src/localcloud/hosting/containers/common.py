"""What the programs of this folder have in common: requirements, workers, and an HTTP server."""

import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_WORKERS = "SAGEMAKER_MODEL_SERVER_WORKERS"  # the SDK's model_server_workers
_POLL_SECONDS = 1
_JSON = "application/json"


def model_folder() -> Path:
    """/opt/ml/model of the image."""
    return Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "model")


def install_requirements() -> None:
    """What the images do at start-up with the model's code/requirements.txt, if there is one.

    Raises CalledProcessError where pip fails.
    """
    requirements = model_folder() / "code" / "requirements.txt"
    if requirements.is_file():
        subprocess.check_call([sys.executable, "-m", "pip", "install", "-r", str(requirements)])
        importlib.invalidate_caches()


def requested_workers() -> int:
    """How many load the model: 1 unless the model's environment says so. Exits if it is no number.

    AWS's images have one for each core; a laptop's memory holds other things, too.
    """
    requested = os.environ.get(_WORKERS, "1")
    if not (requested.isascii() and requested.isdigit() and int(requested)):
        sys.exit(f"{_WORKERS} is {requested!r}; it must be a number from 1")
    return int(requested)


def inherited_socket() -> int:
    """File descriptor of the socket on which the endpoint asks."""
    return int(os.environ["LOCALCLOUD_SOCKET"])


def end_with_parent() -> None:
    """A server that was killed cannot end its endpoints; they end by themselves."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@dataclass(frozen=True)
class Answer:
    """An HTTP response of the container."""

    status: int
    body: bytes
    content_type: str


class Handler(BaseHTTPRequestHandler):
    """GET /ping and POST /invocations, on connections that stay open.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for the head and the body of an answer

    def is_healthy(self) -> bool:
        raise NotImplementedError

    def invoke(self, body: bytes) -> Answer:
        raise NotImplementedError

    def do_GET(self) -> None:
        if self.path != "/ping":
            return self._send(_NOT_FOUND)
        self._send(Answer(200 if self.is_healthy() else 503, b"", _JSON))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(self.invoke(body) if self.path == "/invocations" else _NOT_FOUND)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        """Pings are not logged; each program logs invocations in its own way."""


_NOT_FOUND = Answer(404, b"", _JSON)


class Server(ThreadingHTTPServer):
    """Listens on the inherited socket."""

    daemon_threads = True

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=inherited_socket())
