"""The trained model for ONNX Runtime: in 8 bits if that is as good, else in fp32.

Dynamic quantisation: weights are 8-bit integers, activations become so as they come. On a CPU that
answers about twice as fast as fp32 (docs/benchmarks.md). Either needs no PyTorch where it serves.
"""

import logging
import math
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from common.rows import Rows
from serving.classifier import Classifier
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine
from serving.pooling import model_class
from training.first_token import narrow

LARGEST_LOSS = 0.015  # of accuracy, with the confidence below
_QUANTILE = 1.645  # of the normal distribution: 95 %, one side
_FEWEST_ROWS, _MOST_ROWS = 1_000, 2_000
_OPSET = 17


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """fp32 and 8 bits on the same rows. `lost` are those that fp32 alone has right, `won` those
    that 8 bits alone have right, `changed` all that they answer differently."""

    rows: int
    validation_rows: int  # the others are of the train split, where that has too few
    fp32_accuracy: float
    int8_accuracy: float
    changed: int
    lost: int
    won: int

    @property
    def largest_loss(self) -> float:
        """What 8 bits cost in accuracy at most, with 95 % confidence.

        The upper end of the adjusted Wald interval for a difference of paired proportions: Agresti
        and Min, Statistics in Medicine 24 (2005), 729-740; half a row added to each cell.
        """
        rows, lost, won = self.rows + 2, self.lost + 0.5, self.won + 0.5
        loss = (lost - won) / rows
        variance = (lost + won) / rows - loss**2
        return loss + _QUANTILE * math.sqrt(variance / rows)


def export_for_serving(
    folder: Path, train: Rows, validation: Rows, *, quantise: bool = True
) -> dict[str, Any]:
    """Adds the model in 8 bits to the artefact folder, or in fp32 where 8 bits may cost too much.

    Returns what serves, and the comparison, for the log.
    """
    fp32, int8 = folder / FP32_FILE, folder / INT8_FILE
    export(folder, fp32)
    if not quantise:
        return {"engine": OnnxEngine(fp32).name}
    to_8_bits(fp32, int8)
    found = _compare(folder, *_sample(train, validation))
    is_as_good = found.largest_loss <= LARGEST_LOSS
    (fp32 if is_as_good else int8).unlink()
    return {
        "engine": OnnxEngine(int8 if is_as_good else fp32).name,
        **asdict(found),
        "largest_loss_95": round(found.largest_loss, 4),
        "allowed": LARGEST_LOSS,
    }


def export(folder: Path, target: Path) -> None:
    """Writes the model of the artefact folder to `target`, in ONNX with weights in fp32."""
    model = model_class(str(folder)).from_pretrained(folder, attn_implementation="eager")
    narrow(model)
    ids = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 4]])
    axes = {0: "rows", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a tracing that tests/ml_code checks at other shapes
        # The exporter by tracing: a quarter of the other one's time, a faster graph, and it needs
        # no onnxscript.
        torch.onnx.export(
            _Logits(model.eval()),
            (ids, torch.ones_like(ids)),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def to_8_bits(exported: Path, target: Path) -> None:
    """Writes the exported model with 8-bit weights."""
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


def _sample(train: Rows, validation: Rows) -> tuple[Rows, int]:
    """Rows to compare on, and how many are of the validation split: all of that up to a limit, and
    rows of the train split where they would be too few to bound a loss."""
    chosen = _spaced(validation, _MOST_ROWS)
    more = _spaced(train, max(0, _FEWEST_ROWS - len(chosen)))
    together = Rows(chosen.ids + more.ids, chosen.labels + more.labels, chosen.places + more.places)
    return together, len(chosen)


def _spaced(rows: Rows, most: int) -> Rows:
    """At most so many rows, evenly spaced."""
    at = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int))
    return Rows(
        [rows.ids[row] for row in at],
        [rows.labels[row] for row in at],
        [rows.places[row] for row in at],
    )


def _compare(folder: Path, rows: Rows, validation_rows: int) -> Comparison:
    said_fp32, said_int8 = (_said(folder, name, rows) for name in (FP32_FILE, INT8_FILE))
    labels = np.array(rows.labels)
    right_fp32, right_int8 = said_fp32 == labels, said_int8 == labels
    return Comparison(
        rows=len(rows),
        validation_rows=validation_rows,
        fp32_accuracy=round(float(right_fp32.mean()), 4),
        int8_accuracy=round(float(right_int8.mean()), 4),
        changed=int((said_fp32 != said_int8).sum()),
        lost=int((right_fp32 & ~right_int8).sum()),
        won=int((right_int8 & ~right_fp32).sum()),
    )


def _said(folder: Path, name: str, rows: Rows) -> NDArray[np.int64]:
    found: NDArray[np.int64] = (
        Classifier(folder, OnnxEngine(folder / name)).of_ids(rows.ids).argmax(axis=1)
    )
    return found
