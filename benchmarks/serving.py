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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import urllib3

from benchmarks.measure import ROOT
from cli.samples import installed_base_model

_CLIENTS = 16
_SECONDS = 20
_ALONE = 300  # requests of the single client
_HEADERS = {"Content-Type": "application/jsonlines", "Accept": "application/jsonlines"}


def compare(reviews: Path) -> None:
    """Prints p50 of one client and requests/s of 16, one review a request."""
    texts = pd.read_csv(reviews)["Review Text"].dropna().sample(2000, random_state=1).tolist()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pipeline", "inference.py"):
            model = _artefact(Path(folder) / name / "model", plain=name == "pipeline")
            with _server(model) as port:
                _load(port, texts, clients=1, requests=30)  # warms up
                alone = _load(port, texts, clients=1, requests=_ALONE)
                many = _load(port, texts, clients=_CLIENTS, seconds=_SECONDS)
            found[name] = 1000 * statistics.median(alone), len(many) / _SECONDS
    print("| endpoint | p50 of 1 client, ms | requests/s of 16 clients |")
    print("| --- | --- | --- |")
    for name, (median, speed) in found.items():
        print(f"| {name} | {median:.1f} | {speed:.1f} |")
    plain, ours = found.values()
    print(f"| ratio | {ours[0] / plain[0]:.2f} | {ours[1] / plain[1]:.1f} |", flush=True)


def _artefact(folder: Path, *, plain: bool) -> Path:
    """The base model with a fresh head (speed does not depend on what it says), and its script."""
    sys.path.insert(0, str(ROOT / "ml_code"))
    from base_model import load_base, save_artefact
    from quantisation import export
    from rated_labels import BY_STARS, parse

    source = shutil.copytree(installed_base_model(), folder.parent / "base")
    if plain:  # what the pipeline can load: the first token's vector, not the mean
        shutil.rmtree(source / "1_Pooling")
    model, tokenizer = load_base(str(source), parse(BY_STARS))
    save_artefact(model, tokenizer, folder, max_length=128)
    if plain:
        shutil.rmtree(folder / "code")
        (folder / "code").mkdir()
        shutil.copy(ROOT / "benchmarks/pipeline_endpoint.py", folder / "code" / "inference.py")
    else:
        export(folder, folder / "model_int8.onnx")
    return folder


@contextmanager
def _server(model: Path) -> Iterator[int]:
    """Serves the artefact as the embedded AWS does; gives the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "localcloud/execution/serving.py")],
            env=os.environ
            | {
                "SAGEMAKER_BASE_DIR": str(model.parent),
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": str(model / "code"),
                "LOCALCLOUD_SOCKET": str(listener.fileno()),
                "LOCALCLOUD_FRAMEWORK": "pytorch",
            },
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
        pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=1)
        sent = 0
        while sent < requests or time.perf_counter() < end:
            body = json.dumps({"features": [texts[(number * 97 + sent) % len(texts)]]})
            started = time.perf_counter()
            answer = pool.request(
                "POST", "/invocations", body=body, headers=_HEADERS, retries=False
            )
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {answer.data[:300]!r}")
            with lock:
                durations.append(time.perf_counter() - started)
            sent += 1

    with ThreadPoolExecutor(clients) as pool:
        for future in [pool.submit(client, number) for number in range(clients)]:
            future.result()
    return durations
