"""What computes the logits: ONNX Runtime on CPUs, PyTorch on GPUs."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from common.padding import pad
from reading.errors import UserError

INT8_FILE, FP32_FILE = "model_int8.onnx", "model_fp32.onnx"
# An addition and a layer norm as one operator, which takes three times as long as the two.
_SLOW_FUSION = "SkipLayerNormFusion"
# Threads that spin while they wait for each other answer a fifth faster, but take the cores from
# other workers: two workers on two cores were 1.7 times as fast without. There is a worker for each
# core unless this variable has another number: ServingEnv of sagemaker-containers 2.8.6, _env.py.
_MAY_SPIN = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") == "1"
Logits = NDArray[np.float32]


class Engine(Protocol):
    """A loaded model."""

    name: str

    def logits(self, ids: Sequence[Sequence[int]]) -> Logits:
        """Logits [rows, classes] of the token ids of each row, which may differ in length."""
        ...


class TorchEngine:
    """The trained weights, on a GPU if there is one."""

    def __init__(self, folder: Path, gpu: int | None = None) -> None:
        """`gpu` is the number of the GPU; None: the first one. Raises UserError."""
        import torch

        from serving.torch_models import auto_class, silence_transformers

        silence_transformers()
        try:
            model = auto_class(str(folder)).from_pretrained(folder)
        except (OSError, ValueError) as error:
            raise UserError(f"model {folder.name}: cannot be loaded: {error}") from error
        self._torch = torch
        self._device = torch.device(f"cuda:{gpu or 0}" if torch.cuda.is_available() else "cpu")
        self._model: Any = model.to(self._device).eval()
        self.name = f"torch-{self._device.type}"

    def logits(self, ids: Sequence[Sequence[int]]) -> Logits:
        torch = self._torch
        input_ids, attention_mask = pad(ids, self._model.config.pad_token_id or 0)
        with torch.inference_mode():
            output = self._model(
                input_ids=torch.from_numpy(input_ids).to(self._device),
                attention_mask=torch.from_numpy(attention_mask).to(self._device),
            )
        result: Logits = output.logits.float().cpu().numpy()
        return result


class OnnxEngine:
    """An exported model, INT8_FILE or FP32_FILE, on all cores of the processor.

    Each text is computed by itself. The 8-bit scales of activations are those of all that is
    computed together, so that in a batch the other texts would change the logits of a text.
    """

    def __init__(self, file: Path) -> None:
        import onnxruntime

        self.name = {INT8_FILE: "onnx-int8", FP32_FILE: "onnx-fp32"}[file.name]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(_MAY_SPIN)))
        options.add_session_config_entry("session.force_spinning_stop", "1")  # between requests
        options.log_severity_level = 3  # errors
        self._session = onnxruntime.InferenceSession(
            file,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=[_SLOW_FUSION],
        )

    def logits(self, ids: Sequence[Sequence[int]]) -> Logits:
        if len(ids) == 1:
            return self._logits_of_text(ids[0])
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return np.concatenate(list(threads.map(self._logits_of_text, ids)))

    def _logits_of_text(self, ids: Sequence[int]) -> Logits:
        """The logits of one text: [1, classes]."""
        found: Logits = self._session.run(["logits"], {"input_ids": np.array([ids], np.int64)})[0]
        return found


def load_engine(folder: Path, gpu: int | None = None) -> Engine:
    """The exported model of an artefact where there is no GPU; else the trained weights."""
    has_gpu = Path("/dev/nvidia0").exists()
    exported = [folder / name for name in (INT8_FILE, FP32_FILE) if (folder / name).is_file()]
    if exported and not has_gpu:
        return OnnxEngine(exported[0])
    return TorchEngine(folder, gpu)
