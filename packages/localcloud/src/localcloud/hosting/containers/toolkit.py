"""sagemaker-inference's handlers, served over HTTP: /ping and /invocations.

A plain threading HTTP server is enough: TorchServe, which AWS's image puts here, also lets a worker
handle one request at a time, and that is what costs time; keep-alive connections and TCP_NODELAY
keep the rest below 1 ms.

Not emulated: TorchServe's batching and management API; multi-model endpoints; streaming.
"""

import os
import sys
import threading
import time
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sagemaker_inference import content_types, decoder, encoder, environment, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler
from sagemaker_inference.transformer import Transformer

from localcloud.hosting.containers.common import (
    Answer,
    Handler,
    Server,
    end_with_parent,
    install_requirements,
    requested_workers,
)


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


class Invocations(Handler):
    """Passes each request to a worker."""

    workers: Executor

    def is_healthy(self) -> bool:
        return True  # it listens once the model is loaded

    def invoke(self, body: bytes) -> Answer:
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
        return answer


def log(text: str) -> None:
    """Writes a line in one call: print writes a text and its end separately, and other threads may
    write in between."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Installs requirements, loads the model in each worker and serves."""
    end_with_parent()
    number = requested_workers()
    install_requirements()
    try:
        Invocations.workers = start_workers(number)
    except BrokenExecutor:
        sys.exit(1)  # the worker has said why
    Server(Invocations).serve_forever()
