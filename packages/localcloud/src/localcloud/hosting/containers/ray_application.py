"""The application that SM_RAYSERVE_APP names, run by Ray Serve.

As AWS's image does it (deep-learning-containers: scripts/docker/ray/sagemaker_entrypoint.sh and
sagemaker_serve.py): its requirements are installed, the model's folder and its code/ are on
PYTHONPATH, and an adapter answers /ping and passes /invocations on to /.

Not emulated: config.yaml; headers of SageMaker's beside type and form; Ray's fixed ports.
"""

import os
import socket
import sys

import urllib3

from localcloud.hosting.containers.common import (
    Answer,
    Handler,
    Server,
    install_requirements,
    model_folder,
)

_PASSED_ON = ("Content-Type", "Accept")
_PING_SECONDS = 5
_SECONDS = 300  # RAYSERVE_BACKEND_TIMEOUT


def start() -> str:
    """The address of the application, once it has loaded its model."""
    import ray  # which not everybody who installs localcloud has
    from ray import serve
    from ray._common.utils import import_attr

    folders = [str(model_folder()), str(model_folder() / "code")]
    sys.path[:0] = folders
    os.environ |= {"PYTHONPATH": os.pathsep.join(folders), "SM_MODEL_DIR": folders[0]}
    ray.init(address="local", include_dashboard=False)  # not one that somebody else has started
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(import_attr(os.environ["SM_RAYSERVE_APP"]))
    return f"http://127.0.0.1:{port}"


class Adapter(Handler):
    """Ray Serve logs invocations itself."""

    address: str
    pool = urllib3.PoolManager(maxsize=16)

    def is_healthy(self) -> bool:
        answer = self.pool.request("GET", f"{self.address}/-/healthz", timeout=_PING_SECONDS)
        return bool(answer.status == 200)

    def invoke(self, body: bytes) -> Answer:
        headers = {name: self.headers.get(name, "application/json") for name in _PASSED_ON}
        answer = self.pool.request(
            "POST", f"{self.address}/", body=body, headers=headers, timeout=_SECONDS, retries=False
        )
        content_type = answer.headers.get("Content-Type", "text/plain")
        return Answer(answer.status, answer.data, content_type)


def main() -> None:
    """Installs requirements, starts Ray Serve and passes requests on to it."""
    install_requirements()
    Adapter.address = start()
    Server(Adapter).serve_forever()
