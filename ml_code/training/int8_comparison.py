"""What 8-bit weights cost in accuracy, with a confidence bound."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.rows import Rows
from serving.classifier import Classifier
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine

_QUANTILE = 1.645  # of the normal distribution: 95 %, one-sided
_MIN_ROWS, _MAX_ROWS = 1_000, 2_000


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The predictions of both models on the same rows."""

    rows: int
    validation_rows: int  # the others are of the train split, where that has too few
    fp32_accuracy: float
    int8_accuracy: float
    different_predictions: int
    only_fp32_correct: int
    only_int8_correct: int

    @property
    def max_loss(self) -> float:
        """The largest loss of accuracy of 8 bits, from 0 to 1, with 95 % confidence.

        The upper end of the adjusted Wald interval for a difference of paired proportions, with
        half a row added to each cell: Agresti and Min, Statistics in Medicine 24 (2005), 729-740.
        """
        rows = self.rows + 2
        lost, won = self.only_fp32_correct + 0.5, self.only_int8_correct + 0.5
        loss = (lost - won) / rows
        variance = (lost + won) / rows - loss**2
        return loss + _QUANTILE * math.sqrt(variance / rows)


def compare(folder: Path, train: Rows, validation: Rows) -> Comparison:
    """Predicts with both ONNX files of an artefact folder.

    The rows are those of the validation split, and rows of the train split where it has fewer than
    1,000: too few to bound a loss.
    """
    chosen = validation.evenly_spaced(_MAX_ROWS)
    more = train.evenly_spaced(max(0, _MIN_ROWS - len(chosen)))
    ids, labels = chosen.ids + more.ids, np.array(chosen.labels + more.labels)
    fp32, int8 = (_predict(folder, name, ids) for name in (FP32_FILE, INT8_FILE))
    fp32_correct, int8_correct = fp32 == labels, int8 == labels
    return Comparison(
        rows=len(labels),
        validation_rows=len(chosen),
        fp32_accuracy=round(float(fp32_correct.mean()), 4),
        int8_accuracy=round(float(int8_correct.mean()), 4),
        different_predictions=int((fp32 != int8).sum()),
        only_fp32_correct=int((fp32_correct & ~int8_correct).sum()),
        only_int8_correct=int((int8_correct & ~fp32_correct).sum()),
    )


def _predict(folder: Path, name: str, ids: list[list[int]]) -> NDArray[np.int64]:
    """Class indices [rows]."""
    predicted: NDArray[np.int64] = (
        Classifier(folder, OnnxEngine(folder / name)).predict_logits(ids).argmax(axis=1)
    )
    return predicted
