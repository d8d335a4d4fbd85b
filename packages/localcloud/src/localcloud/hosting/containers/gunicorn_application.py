"""A WSGI application of the model's own, served by gunicorn.

AWS's scikit-learn image runs gunicorn with what SAGEMAKER_SERVING_MODULE names, as this does: the
options are those of sagemaker-containers 2.8.6.post2, _server.py.

Not emulated: nginx in front.
"""

import os
import signal
import subprocess
import sys
import time

from localcloud.hosting.containers.common import (
    inherited_socket,
    install_requirements,
    model_folder,
    requested_workers,
)

_TIMEOUT = os.environ.get("SAGEMAKER_MODEL_SERVER_TIMEOUT", "60")  # seconds
_POLL_SECONDS = 0.5


def start_gunicorn(workers: int) -> "subprocess.Popen[bytes]":
    """Starts gunicorn on the inherited socket."""
    descriptor = inherited_socket()
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "gunicorn"),
            *("--timeout", _TIMEOUT, "-k", "gevent"),
            # Where the model's code is; AWS's image copies it to /opt/ml/code first.
            *("--pythonpath", str(model_folder() / "code")),
            *("-b", f"fd://{descriptor}"),
            *("--worker-connections", str(1000 * workers), "-w", str(workers)),
            # Not "info", as there: a laptop's reader of the log is told of faults alone.
            *("--log-level", "warning", "--no-control-socket"),
            os.environ["SAGEMAKER_SERVING_MODULE"],
        ],
        pass_fds=[descriptor],
    )


def main() -> None:
    """Installs requirements and serves until SIGTERM, or until the embedded AWS is gone."""
    parent = os.getppid()
    workers = requested_workers()
    install_requirements()
    gunicorn = start_gunicorn(workers)
    signal.signal(signal.SIGTERM, lambda *_: gunicorn.terminate())
    # A server that was killed cannot end its endpoints; they end by themselves.
    while gunicorn.poll() is None and os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    gunicorn.terminate()
    sys.exit(gunicorn.wait())
