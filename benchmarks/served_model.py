"""The artefacts that benchmarks/serving.py serves, and the servers."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import urllib3

from benchmarks.measure import ROOT
from reviews.client.files.samples import installed_base_model

MODELS = ("expert", "ours", "ours in fp32")
_LAUNCH = ROOT / "packages/localcloud/src/localcloud/hosting/containers/launch.py"
_START_SECONDS = 120


def artefact(folder: Path, model: str) -> Path:
    """One of MODELS: the base model with a fresh head, whose speed is that of a trained one."""
    sys.path.insert(0, str(ROOT / "ml_code"))
    from common.rated_labels import BY_STARS, parse
    from training.artefact import save_artefact
    from training.base_model import load_base

    source = shutil.copytree(installed_base_model(), folder / "base")
    shutil.rmtree(source / "1_Pooling")  # the head reads the first token, as most classifiers do
    target = folder / "model"
    save_artefact(*load_base(str(source), parse(BY_STARS)), target, max_length=128)
    (target / "code" / "requirements.txt").unlink()  # all of it is installed here
    if model == "expert":
        _export_as_experts_do(target)
    else:
        _export_ours(target, in_fp32=model.endswith("fp32"))
    (target / "model.safetensors").unlink()
    return target


def _export_ours(folder: Path, *, in_fp32: bool) -> None:
    from serving.engines import FP32_FILE, INT8_FILE
    from training.onnx_export import export_onnx, quantise_onnx

    export_onnx(folder, folder / FP32_FILE)
    if not in_fp32:
        quantise_onnx(folder / FP32_FILE, folder / INT8_FILE)
        (folder / FP32_FILE).unlink()


def _export_as_experts_do(folder: Path) -> None:
    """As transformers has the model, and `quantize_dynamic` with its defaults."""
    import torch
    from onnxruntime.quantization import quantize_dynamic
    from transformers import AutoModelForSequenceClassification

    from benchmarks import expert_serving

    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
    model.config.return_dict = False
    ids = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 4]])
    axes = {0: "rows", 1: "tokens"}
    names = ["input_ids", "attention_mask"]
    exported = folder.parent / "exported.onnx"
    torch.onnx.export(
        model.eval(),
        (ids, torch.ones_like(ids)),
        str(exported),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={**dict.fromkeys(names, axes), "logits": {0: "rows"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(exported, folder / expert_serving.MODEL_FILE)
    shutil.rmtree(folder / "code")
    (folder / "code").mkdir()
    shutil.copy(expert_serving.__file__, folder / "code" / "inference.py")
    (folder / "code" / "serving").mkdir()  # by the same name as ours
    shutil.copy(expert_serving.__file__, folder / "code" / "serving" / "wsgi_app.py")


@dataclass(frozen=True)
class Running:
    """A server that answers on the port."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Processor time of all its processes until now."""
        times = [
            process.cpu_times()
            for process in (self.process, *self.process.children(recursive=True))
        ]
        return sum(time.user + time.system for time in times)


@contextmanager
def server(model: Path, program: str, workers: int) -> Iterator[Running]:
    """Serves an artefact as the embedded AWS does: `program` is one of hosting/containers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        environment = {
            "SAGEMAKER_BASE_DIR": str(model.parent),
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": str(model / "code"),
            "SAGEMAKER_MODEL_SERVER_WORKERS": str(workers),
            "LOCALCLOUD_SOCKET": str(listener.fileno()),
            "LOCALCLOUD_FRAMEWORK": "pytorch",
        }
        if program == "gunicorn_application":
            environment["SAGEMAKER_SERVING_MODULE"] = "serving.wsgi_app:app"
        process = subprocess.Popen(
            [sys.executable, "-P", str(_LAUNCH), program],
            env=os.environ | environment,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
        )
        running = Running(listener.getsockname()[1], psutil.Process(process.pid))
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _is_healthy(running.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not become healthy")
            time.sleep(0.2)
        yield running
    finally:
        process.terminate()
        process.wait()


def _is_healthy(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/ping"
    try:
        return urllib3.request("GET", address, timeout=2, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
