"""Serving: our inference script against the Hugging Face pipeline, behind the same server."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pandas as pd
import urllib3

from benchmarks.measure import ROOT
from reviews.client.files.samples import installed_base_model

_CLIENTS = 16
_SECONDS = 20
_ALONE = 300  # requests of the single client
_HEADERS = {"Content-Type": "application/jsonlines", "Accept": "application/jsonlines"}


@dataclass(frozen=True)
class _Endpoint:
    """A served model; `pooled`: with the head of `make demo`, which no pipeline can load."""

    name: str
    script: str | None = None  # None: that of ml_code
    pooled: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


_A_WORKER_EACH_CORE = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(os.cpu_count())}  # as TorchServe
_PIPELINE = "pipeline_endpoint.py"
_ENDPOINTS = (
    _Endpoint("pipeline, one worker", _PIPELINE),
    _Endpoint("pipeline, a worker for each core", _PIPELINE, environment=_A_WORKER_EACH_CORE),
    _Endpoint(
        "pipeline, a worker of one thread for each core",
        _PIPELINE,
        environment=_A_WORKER_EACH_CORE | {"OMP_NUM_THREADS": "1"},
    ),
    _Endpoint("inference.py, one worker"),
    _Endpoint("inference.py, a worker for each core", environment=_A_WORKER_EACH_CORE),
    _Endpoint("the same, head over all tokens", pooled=True, environment=_A_WORKER_EACH_CORE),
)


def compare(reviews: Path) -> None:
    """Prints p50 of one client and requests/s of 16, one review a request."""
    texts = pd.read_csv(reviews)["Review Text"].dropna().sample(2000, random_state=1).tolist()
    print("| endpoint | p50 of 1 client, ms | requests/s of 16 clients |")
    print("| --- | --- | --- |")
    for endpoint in _ENDPOINTS:
        with tempfile.TemporaryDirectory() as folder:
            model = _artefact(Path(folder) / "model", endpoint)
            with _server(model, endpoint.environment) as port:
                _load(port, texts, clients=_CLIENTS, requests=10)  # warms up
                alone = _load(port, texts, clients=1, requests=_ALONE)
                many = _load(port, texts, clients=_CLIENTS, seconds=_SECONDS)
        median, speed = 1000 * statistics.median(alone), len(many) / _SECONDS
        print(f"| {endpoint.name} | {median:.1f} | {speed:.1f} |", flush=True)


def _artefact(folder: Path, endpoint: _Endpoint) -> Path:
    """The base model with a fresh head (speed does not depend on what it says), and its script."""
    sys.path.insert(0, str(ROOT / "ml_code"))
    from common.rated_labels import BY_STARS, parse
    from training.artefact import save_artefact
    from training.base_model import load_base
    from training.onnx_export import export_onnx, quantise_onnx

    source = shutil.copytree(installed_base_model(), folder.parent / "base")
    if not endpoint.pooled:  # a head over the first token
        shutil.rmtree(source / "1_Pooling")
    model, tokenizer = load_base(str(source), parse(BY_STARS))
    save_artefact(model, tokenizer, folder, max_length=128)
    if endpoint.script is None:
        export_onnx(folder, folder.parent / "model_fp32.onnx")
        quantise_onnx(folder.parent / "model_fp32.onnx", folder / "model_int8.onnx")
    else:
        shutil.rmtree(folder / "code")
        (folder / "code").mkdir()
        shutil.copy(ROOT / "benchmarks" / endpoint.script, folder / "code" / "inference.py")
    return folder


@contextmanager
def _server(model: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Serves the artefact as the embedded AWS does; gives the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                str(ROOT / "packages/localcloud/src/localcloud/hosting/containers/launch.py"),
                "toolkit",
            ],
            env=os.environ
            | {
                "SAGEMAKER_BASE_DIR": str(model.parent),
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": str(model / "code"),
                "LOCALCLOUD_SOCKET": str(listener.fileno()),
                "LOCALCLOUD_FRAMEWORK": "pytorch",
            }
            | environment,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
        )
    try:
        deadline = time.monotonic() + 120
        while not _is_healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not become healthy")
            time.sleep(0.2)
        yield port
    finally:
        process.kill()
        process.wait()


def _is_healthy(port: int) -> bool:
    try:
        return urllib3.request("GET", f"http://127.0.0.1:{port}/ping", timeout=2).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _load(
    port: int, texts: list[str], *, clients: int, requests: int = 0, seconds: float = 0
) -> list[float]:
    """The duration of each answered request."""
    end = time.perf_counter() + seconds
    durations: list[float] = []
    lock = threading.Lock()

    def client(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)  # takes less than others
        sent = 0
        while sent < requests or time.perf_counter() < end:
            body = json.dumps({"features": [texts[(number * 97 + sent) % len(texts)]]})
            started = time.perf_counter()
            connection.request("POST", "/invocations", body=body, headers=_HEADERS)
            answer = connection.getresponse()
            data = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {data[:300]!r}")
            with lock:
                durations.append(time.perf_counter() - started)
            sent += 1

    with ThreadPoolExecutor(clients) as pool:
        for future in [pool.submit(client, number) for number in range(clients)]:
            future.result()
    return durations
