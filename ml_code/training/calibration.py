"""The temperature of an artefact, fitted on the validation split (serving/temperature.py)."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.rows import Rows
from serving.classifier import Classifier
from serving.engines import Engine, Logits
from serving.temperature import write_temperature

_MAX_ROWS = 5_000  # a few hundred are enough for one number
_LOWEST, _HIGHEST = 0.05, 20.0
_HALVINGS = 50


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The mean negative log likelihood of the validation rows without and with the temperature."""

    temperature: float
    loss_before: float
    loss_after: float


def calibrate(folder: Path, engine: Engine, validation: Rows) -> Calibration:
    """Fits the temperature for what this engine predicts, and writes it into the artefact."""
    rows = validation.evenly_spaced(_MAX_ROWS)
    logits, labels = Classifier(folder, engine).predict_logits(rows.ids), np.array(rows.labels)
    temperature = fit_temperature(logits, labels)
    write_temperature(folder, temperature)
    return Calibration(
        temperature=temperature,
        loss_before=round(_loss(logits, labels, 1.0), 4),
        loss_after=round(_loss(logits, labels, temperature), 4),
    )


def fit_temperature(logits: Logits, labels: NDArray[np.int64]) -> float:
    """The temperature, from 0.05 to 20, with the least negative log likelihood of the labels.

    `logits` is [rows, classes] and `labels` [rows], of rows that were not trained on. Each row
    stands for all classes a little, as if one more row of each class had its logits: otherwise a
    small split without a mistake would make every prediction certain (Platt, Probabilistic Outputs
    for Support Vector Machines, 1999, section 2.2). The loss is convex in 1 / temperature, so
    halving the interval in which its slope changes sign finds the only minimum, always the same.
    """
    rows, classes = logits.shape
    scores = logits.astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    of_labels, of_all = scores[np.arange(rows), labels], scores.sum(axis=1)
    observed = (rows * of_labels + of_all).mean() / (rows + classes)

    def slope(inverse: float) -> float:
        """The score that the probabilities expect, less that of the observed classes."""
        weights = np.exp(scores * inverse)
        expected = (weights * scores).sum(axis=1) / weights.sum(axis=1)
        return float(expected.mean() - observed)

    low, high = 1 / _HIGHEST, 1 / _LOWEST
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return round(1 / high, 4)


def _loss(logits: Logits, labels: NDArray[np.int64], temperature: float) -> float:
    scaled = (logits - logits.max(axis=1, keepdims=True)).astype(np.float64) / temperature
    return float(
        (np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(labels)), labels]).mean()
    )
