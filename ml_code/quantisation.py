"""The trained model in 8 bits for ONNX Runtime, kept only if it is as good.

Dynamic quantisation: weights are 8-bit integers, activations become so as they come. On a CPU that
answers about twice as fast as fp32 (docs/benchmarks.md).
"""

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifier import Classifier
from engines import INT8_FILE, OnnxEngine, TorchEngine
from first_token import narrow
from pooling import model_class
from rows import Rows

_LARGEST_LOSS = 0.005  # of validation accuracy
_COMPARED_ROWS = 2_000
_OPSET = 17


def quantise(folder: Path, validation: Rows) -> dict[str, Any]:
    """Adds the 8-bit model to the artefact folder if its accuracy is within half a point.

    Returns {"engine", "fp32_accuracy", "int8_accuracy", "rows"} of the comparison.
    """
    export(folder, folder / INT8_FILE)
    rows = _sample(validation)
    fp32 = _accuracy(Classifier(folder, TorchEngine(folder)), rows)
    int8 = _accuracy(Classifier(folder, OnnxEngine(folder)), rows)
    chosen = int8 >= fp32 - _LARGEST_LOSS - 1e-9
    if not chosen:
        (folder / INT8_FILE).unlink()
    return {
        "engine": OnnxEngine.name if chosen else "torch",
        "fp32_accuracy": round(fp32, 4),
        "int8_accuracy": round(int8, 4),
        "rows": len(rows),
    }


def export(folder: Path, target: Path) -> None:
    """Writes the model of the artefact folder to `target`, in ONNX with 8-bit weights."""
    model = model_class(str(folder)).from_pretrained(folder, attn_implementation="eager")
    narrow(model)
    ids = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 4]])
    axes = {0: "rows", 1: "tokens"}
    with tempfile.TemporaryDirectory(dir=folder) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a tracing that tests/ml_code checks at other shapes
        exported = Path(scratch) / "model.onnx"
        # The exporter by tracing: a quarter of the other one's time, a faster graph, and it needs
        # no onnxscript.
        torch.onnx.export(
            _Logits(model.eval()),
            (ids, torch.ones_like(ids)),
            str(exported),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        logging.disable(logging.WARNING)  # advice to preprocess, which made nothing faster
        try:
            # reduce_range: processors without VNNI would saturate at 8 bits, and the endpoint's
            # may be another one than this.
            quantize_dynamic(
                exported, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
            )
        finally:
            logging.disable(logging.NOTSET)


class _Logits(torch.nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        return self._model(input_ids=input_ids, attention_mask=attention_mask).logits


def _sample(rows: Rows) -> Rows:
    """At most so many rows, evenly spaced."""
    at = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _COMPARED_ROWS)).astype(int))
    return Rows(
        [rows.ids[row] for row in at],
        [rows.labels[row] for row in at],
        [rows.places[row] for row in at],
    )


def _accuracy(classifier: Classifier, rows: Rows) -> float:
    said = classifier.of_ids(rows.ids).argmax(axis=1)
    return float((said == np.array(rows.labels)).mean())
