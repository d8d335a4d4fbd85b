"""A trained artefact behind a server of AWS's, and clients that send it everything."""

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from common.rated_labels import BY_STARS, parse
from serving.engines import FP32_FILE, INT8_FILE
from tests.images.rebuilt import Rebuilt
from tests.ml_code.request_cases import CASES, LINES, LOVELY, Case
from training.artefact import save_artefact
from training.base_model import load_base
from training.onnx_export import export_onnx, quantise_onnx
from training.wheels import gather

_START_SECONDS = 240
_MARK = "REVIEWS_IMAGE_TEST"
# Where nothing listens: a start that asks a package index fails.
_NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": "/dev/null"}


def make_artefact(base_model: Path, folder: Path, python: str) -> Path:
    """/opt/ml as a container has it: the 8-bit model, its code and its wheels."""
    model, tokenizer = load_base(str(base_model), parse(BY_STARS))
    artefact = folder / "model"
    save_artefact(model, tokenizer, artefact, max_length=64)
    export_onnx(artefact, artefact / FP32_FILE)
    quantise_onnx(artefact / FP32_FILE, artefact / INT8_FILE)
    (artefact / FP32_FILE).unlink()
    gather(artefact / "code", python)
    return folder


def environment(container: Rebuilt, folder: Path, **variables: str) -> dict[str, str]:
    """What a container of an endpoint sees, without a package index, and marked for `stop`."""
    found = container.environment(
        SAGEMAKER_BASE_DIR=str(folder),
        SAGEMAKER_PROGRAM="inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY=str(folder / "model" / "code"),
        SAGEMAKER_SERVING_MODULE="serving.wsgi_app:app",
        SM_RAYSERVE_APP="serving.ray_app:app",
        SM_MODEL_DIR=str(folder / "model"),
        SAGEMAKER_MODEL_SERVER_WORKERS="1",
        **{_MARK: str(folder)},
        **_NO_INDEX,
        **variables,
    )
    return {name: value for name, value in found.items() if name != "PIP_FIND_LINKS"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str], variables: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server, and ends it and all that it has started."""
    with log.open("ab") as output:
        server = subprocess.Popen(command, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield server
    finally:
        stop(variables[_MARK])


def stop(mark: str) -> None:
    """Ends every process with the mark in its environment."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(_MARK) == mark:
                process.kill()


class Client:
    """Asks a server on a port of this machine; `missing` are headers that its front adds."""

    def __init__(self, port: int, path: str = "/invocations", missing: Mapping[str, str] = {}):
        self._port, self._path, self._missing = port, path, missing

    def wait(self, server: subprocess.Popen[bytes], log: Path) -> None:
        """Until a review is answered; AssertionError with the end of the log when none is."""
        deadline = time.monotonic() + _START_SECONDS
        said = "nothing"
        while time.monotonic() < deadline and server.poll() is None:
            with contextlib.suppress(OSError, HTTPException):
                status, said, _ = self.ask(Case("first", LOVELY, LINES, 200, "label"))
                if status == 200:
                    return
            time.sleep(0.5)
        raise AssertionError(f"{said}\n{log.read_text(errors='replace')[-4000:]}")

    def ask(self, case: Case) -> tuple[int, str, str]:
        """(status, body, content type)."""
        sent = {"Content-Type": case.content_type, "Accept": case.accept}
        headers = {
            **self._missing,
            **{name: value for name, value in sent.items() if value is not None},
        }
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", self._path, body=case.body, headers=headers)
            answer = connection.getresponse()
            body = answer.read().decode()
            return answer.status, body, answer.headers.get("Content-Type", "")
        finally:
            connection.close()

    def check_all(self) -> None:
        """Every case gets its status and reason, and none a traceback."""
        wrong = []
        for case in CASES:
            status, body, _ = self.ask(case)
            if (status, case.says in body, "Traceback" in body) != (case.status, True, False):
                wrong.append(f"{case.name}: {status} {body[:200]!r}")
        assert not wrong, "\n".join(wrong)
        json.loads(self.ask(CASES[11])[1])
