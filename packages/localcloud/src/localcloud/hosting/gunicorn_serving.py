"""Entry point of a scikit-learn "container" that serves a WSGI application of the model's own.

AWS's image runs gunicorn with what SAGEMAKER_SERVING_MODULE names, as this does: the options are
those of sagemaker-containers 2.8.6.post2, _server.py. Run as `python -P gunicorn_serving.py`, with
a listening socket inherited as file descriptor LOCALCLOUD_SOCKET.

Not emulated: nginx in front; a worker for each core, which a laptop's memory is needed for
otherwise (SAGEMAKER_MODEL_SERVER_WORKERS says how many).
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_TIMEOUT = os.environ.get("SAGEMAKER_MODEL_SERVER_TIMEOUT", "60")  # seconds
_POLL_SECONDS = 0.5


def code_folder() -> Path:
    """Where the model's code is; AWS's image copies it to /opt/ml/code first."""
    return Path(os.environ["SAGEMAKER_BASE_DIR"], "model", "code")


def install_requirements() -> None:
    requirements = code_folder() / "requirements.txt"
    if requirements.is_file():
        subprocess.check_call([sys.executable, "-m", "pip", "install", "-r", str(requirements)])


def requested_workers() -> str:
    requested = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1")
    if not (requested.isascii() and requested.isdigit() and int(requested)):
        sys.exit(f"SAGEMAKER_MODEL_SERVER_WORKERS is {requested!r}; it must be a number from 1")
    return requested


def start_gunicorn(workers: str) -> subprocess.Popen[bytes]:
    descriptor = int(os.environ["LOCALCLOUD_SOCKET"])
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "gunicorn"),
            *("--timeout", _TIMEOUT, "-k", "gevent"),
            *("--pythonpath", str(code_folder())),
            *("-b", f"fd://{descriptor}"),
            *("--worker-connections", str(1000 * int(workers)), "-w", workers),
            # Not "info", as there: a laptop's reader of the log is told of faults alone.
            *("--log-level", "warning", "--no-control-socket"),
            os.environ["SAGEMAKER_SERVING_MODULE"],
        ],
        pass_fds=[descriptor],
    )


def main() -> None:
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


if __name__ == "__main__":
    main()
