"""Entry point of a Ray "container": Ray Serve runs the application that SM_RAYSERVE_APP names.

As AWS's image does it (deep-learning-containers: scripts/docker/ray/sagemaker_entrypoint.sh and
sagemaker_serve.py): its requirements are installed, the model's folder and its code/ are on
PYTHONPATH, and an adapter answers /ping and passes /invocations on to /. Run as
`python -P ray_serving.py`, with a listening socket inherited as LOCALCLOUD_SOCKET.

Not emulated: config.yaml; headers of SageMaker's beside type and form; Ray's fixed ports.
"""

import os
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3

_MODEL = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "model")
_PASSED_ON = ("Content-Type", "Accept")
_SECONDS = 300  # RAYSERVE_BACKEND_TIMEOUT


def install_requirements() -> None:
    requirements = _MODEL / "code" / "requirements.txt"
    if requirements.is_file():
        subprocess.check_call([sys.executable, "-m", "pip", "install", "-r", str(requirements)])


def start() -> str:
    """The address of the application, once it has loaded its model."""
    import ray  # which not everybody who installs localcloud has
    from ray import serve
    from ray._common.utils import import_attr

    folders = [str(_MODEL), str(_MODEL / "code")]
    sys.path[:0] = folders
    os.environ |= {"PYTHONPATH": os.pathsep.join(folders), "SM_MODEL_DIR": str(_MODEL)}
    ray.init(address="local", include_dashboard=False)  # not one that somebody else has started
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(import_attr(os.environ["SM_RAYSERVE_APP"]))
    return f"http://127.0.0.1:{port}"


class Adapter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    address: str
    pool = urllib3.PoolManager(maxsize=16)

    def do_GET(self) -> None:
        answer = self.pool.request("GET", f"{self.address}/-/healthz", timeout=5)
        self._answer(200 if answer.status == 200 else 503, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: self.headers.get(name, "application/json") for name in _PASSED_ON}
        answer = self.pool.request(
            "POST", f"{self.address}/", body=body, headers=headers, timeout=_SECONDS, retries=False
        )
        self._answer(answer.status, answer.data, answer.headers.get("Content-Type", "text/plain"))

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Neither pings nor invocations: Ray Serve logs its own."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, descriptor: int) -> None:
        super().__init__(("127.0.0.1", 0), Adapter, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=descriptor)


def main() -> None:
    install_requirements()
    Adapter.address = start()
    Server(int(os.environ["LOCALCLOUD_SOCKET"])).serve_forever()


if __name__ == "__main__":
    main()
