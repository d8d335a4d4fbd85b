"""Entry point of an inference "container": sagemaker-inference's handlers, served over HTTP.

Run as `python -P serving.py` in the instance's environment, with a listening socket inherited as
file descriptor LOCALCLOUD_SOCKET; answers /ping and /invocations. A plain threading HTTP server is
enough: TorchServe, which AWS's image puts here, also lets a worker handle one request at a time,
and that is what costs time; keep-alive connections and TCP_NODELAY keep the rest below 1 ms.

SAGEMAKER_MODEL_SERVER_WORKERS (the SDK's model_server_workers) says how many workers load the
model. Without it there is one, where AWS has one for each core: a laptop's memory holds other
things, too.

Not emulated: TorchServe's batching and management API; multi-model endpoints; streaming.
"""

import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sagemaker_inference import content_types, decoder, encoder, environment, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler
from sagemaker_inference.transformer import Transformer


class FrameworkHandler(DefaultInferenceHandler):  # type: ignore[misc]  # the toolkit is untyped
    """Defaults of the framework images for functions that the user's module leaves out.

    PyTorch: a TorchScript file, tensors in, lists out. scikit-learn: arrays; no default model_fn.
    """

    def __init__(self, tensors: bool) -> None:
        self._tensors = tensors

    def default_model_fn(self, model_dir: str) -> Any:
        if not self._tensors:
            return super().default_model_fn(model_dir)
        import torch

        found = [path for path in Path(model_dir).iterdir() if path.suffix in (".pt", ".pth")]
        if len(found) != 1:
            names = [path.name for path in found]
            raise ValueError(
                f"Exactly one .pth or .pt file is required for PyTorch models: {names}"
            )
        return torch.jit.load(str(found[0]), map_location="cpu")  # type: ignore[no-untyped-call]

    def default_input_fn(self, input_data: Any, content_type: str) -> Any:
        data = decoder.decode(input_data, content_type)
        if not self._tensors:
            return data
        import torch

        return (
            torch.FloatTensor(data)
            if content_type in content_types.UTF8_TYPES
            else torch.from_numpy(data)
        )

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        if not self._tensors:
            return model.predict(data)
        import torch

        with torch.no_grad():
            return model.eval()(data)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        if self._tensors and hasattr(prediction, "detach"):
            prediction = prediction.detach().cpu().numpy()
        for content_type in utils.parse_accept(accept):
            if content_type in encoder.SUPPORTED_CONTENT_TYPES:
                return encoder.encode(prediction, content_type), content_type
        raise errors.UnsupportedFormatError(accept)


class Context:
    """The part of the model server's request context that the Transformer uses."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.system_properties = {"model_dir": environment.model_dir}
        self.request_processor = [SimpleNamespace(get_request_properties=lambda: headers)]
        self.status, self.phrase, self.content_type = 200, "OK", content_types.JSON

    def set_response_status(self, code: int, phrase: str) -> None:
        self.status, self.phrase = code, phrase

    def set_response_content_type(self, _index: int, content_type: str) -> None:
        self.content_type = content_type


@dataclass(frozen=True)
class Answer:
    """What a worker says to a request."""

    status: int
    body: bytes
    content_type: str


class Worker:
    """The model and its handlers, once in each worker."""

    _transformer: Transformer

    @classmethod
    def load(cls, loaded: Any) -> None:
        """Waits at the barrier `loaded` for the other workers; raises what the user's code does."""
        # The user's folder comes first in the import path, as PYTHONPATH would put it.
        sys.path.insert(0, environment.code_dir)
        started = time.perf_counter()
        tensors = os.environ.get("LOCALCLOUD_FRAMEWORK") == "pytorch"
        cls._transformer = Transformer(FrameworkHandler(tensors))
        cls._transformer.validate_and_initialize(environment.model_dir, Context({}))
        log(f"model loaded in {time.perf_counter() - started:.1f} s")
        loaded.wait()

    @classmethod
    def load_in_process(cls, loaded: Any) -> None:
        end_with_parent()
        cls.load(loaded)

    @classmethod
    def answer(cls, body: bytes, headers: dict[str, str]) -> Answer:
        context = Context(headers)
        (result,) = cls._transformer.transform([{"body": body}], context)
        payload = result if isinstance(result, bytes | bytearray) else str(result).encode()
        return Answer(context.status, bytes(payload), context.content_type)


def start_workers(number: int) -> Executor:
    """Waits until all have loaded the model; raises BrokenExecutor when one cannot."""
    workers: Executor
    if number == 1:  # a thread of this process: another one would only take memory
        workers = ThreadPoolExecutor(1, initializer=Worker.load, initargs=(threading.Barrier(1),))
    else:
        processes = get_context("spawn")  # PyTorch's threads do not outlive a fork
        workers = ProcessPoolExecutor(
            number,
            mp_context=processes,
            initializer=Worker.load_in_process,
            initargs=(processes.Barrier(number),),
        )
    # A pool starts a worker with each task for which none is free.
    for ready in [workers.submit(bool) for _ in range(number)]:
        ready.result()
    return workers


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    workers: Executor

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/ping" else 404, b"", content_types.JSON)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            return self._answer(404, b"", content_types.JSON)
        started = time.perf_counter()
        try:
            answer = self.workers.submit(Worker.answer, body, dict(self.headers.items())).result()
        except BrokenExecutor as error:  # a worker was killed, for its memory perhaps
            log(f"a worker died: {error}")
            os._exit(1)
        milliseconds = 1000 * (time.perf_counter() - started)
        # Before the answer: with the last one of a transform job this process may end.
        log(f"POST /invocations {answer.status} {milliseconds:.1f} ms")
        if answer.status >= 500:
            log(answer.body.decode(errors="replace"))
        self._answer(answer.status, answer.body, answer.content_type)

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Pings are not logged; invocations are, with their duration."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, descriptor: int, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=descriptor)


def log(text: str) -> None:
    """One write: what print writes with a text is its end, and other threads may come between."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def install_requirements() -> None:
    """What the inference toolkit does at start-up with the model's code/requirements.txt."""
    requirements = Path(environment.code_dir) / "requirements.txt"
    if requirements.is_file():
        subprocess.check_call([sys.executable, "-m", "pip", "install", "-r", str(requirements)])
        importlib.invalidate_caches()


def end_with_parent() -> None:
    """A server that was killed cannot end its endpoints; they end by themselves."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def requested_workers() -> int:
    requested = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1")
    if not (requested.isascii() and requested.isdigit() and int(requested)):
        sys.exit(f"SAGEMAKER_MODEL_SERVER_WORKERS is {requested!r}; it must be a number from 1")
    return int(requested)


def main() -> None:
    end_with_parent()
    number = requested_workers()
    install_requirements()
    try:
        Handler.workers = start_workers(number)
    except BrokenExecutor:
        sys.exit(1)  # the worker has said why
    Server(int(os.environ["LOCALCLOUD_SOCKET"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
