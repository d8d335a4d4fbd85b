"""Entry point of an inference "container": sagemaker-inference's handlers, served over HTTP.

Run as `python -P serving.py` in the instance's environment, with a listening socket inherited as
file descriptor LOCALCLOUD_SOCKET; answers /ping and /invocations. A plain threading HTTP server is
enough: TorchServe, which AWS's image puts here, also lets a worker process handle one request at a
time, and that is what costs time; keep-alive connections and TCP_NODELAY keep the rest below 1 ms.

Not emulated: TorchServe's batching, workers and management API; multi-model endpoints; streaming.
"""

import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    transformer: Transformer
    turn: threading.Lock

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/ping" else 404, b"", content_types.JSON)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            return self._answer(404, b"", content_types.JSON)
        started = time.perf_counter()
        context = Context(dict(self.headers.items()))
        with self.turn:
            (result,) = self.transformer.transform([{"body": body}], context)
        payload = result if isinstance(result, bytes | bytearray) else str(result).encode()
        milliseconds = 1000 * (time.perf_counter() - started)
        # Before the answer: with the last one of a transform job this process may end.
        log(f"POST /invocations {context.status} {milliseconds:.1f} ms")
        if context.status >= 500:
            log(payload.decode(errors="replace"))
        self._answer(context.status, bytes(payload), context.content_type)

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


def main() -> None:
    end_with_parent()
    install_requirements()
    # The user's folder comes first in the import path, as PYTHONPATH would put it.
    sys.path.insert(0, environment.code_dir)
    tensors = os.environ.get("LOCALCLOUD_FRAMEWORK") == "pytorch"
    transformer = Transformer(FrameworkHandler(tensors))
    started = time.perf_counter()
    transformer.validate_and_initialize(environment.model_dir, Context({}))
    print(f"model loaded in {time.perf_counter() - started:.1f} s", flush=True)
    Handler.transformer, Handler.turn = transformer, threading.Lock()
    Server(int(os.environ["LOCALCLOUD_SOCKET"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
