"""Accuracy, F1 and their uncertainty, all from one confusion matrix [true, predicted] of counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


def confusion_matrix(true: NDArray[Any], predicted: NDArray[Any], size: int) -> Counts:
    """[size, size] counts of so many classes; rows are the true ones."""
    cells = np.bincount(np.asarray(true) * size + np.asarray(predicted), minlength=size * size)
    return cells.reshape(size, size)


def accuracy(matrix: Counts) -> float:
    """The share of rows on the diagonal."""
    return float(np.trace(matrix) / max(1, matrix.sum()))


def class_scores(matrix: Counts) -> tuple[Floats, Floats, Floats]:
    """(precision, recall, f1), each [..., classes]; 0 for a class never seen or never predicted."""
    hits = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    predicted, true = matrix.sum(axis=-2), matrix.sum(axis=-1)
    precision = hits / np.maximum(1, predicted)
    recall = hits / np.maximum(1, true)
    return precision, recall, 2 * hits / np.maximum(1, predicted + true)


def macro_f1(matrix: Counts) -> float:
    """The mean of the classes' F1."""
    return float(class_scores(matrix)[2].mean())


def macro_f1_interval(matrix: Counts, *, seed: int, resamples: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval.

    Drawing rows anew is drawing the cells from one multinomial, which costs no row at all.
    """
    total = int(matrix.sum())
    cells = matrix.ravel() / total
    drawn = np.random.default_rng(seed).multinomial(total, cells, size=resamples)
    values = class_scores(drawn.reshape(resamples, *matrix.shape))[2].mean(axis=-1)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def summary(matrix: Counts, labels: Sequence[str], *, seed: int) -> dict[str, Any]:
    """What evaluation.json holds of a matrix of these classes."""
    precision, recall, f1 = class_scores(matrix)
    support = matrix.sum(axis=1)
    low, high = macro_f1_interval(matrix, seed=seed)
    per_class = {
        label: {
            "precision": round(float(precision[at]), 4),
            "recall": round(float(recall[at]), 4),
            "f1": round(float(f1[at]), 4),
            "support": int(support[at]),
        }
        for at, label in enumerate(labels)
    }
    return {
        "accuracy": round(accuracy(matrix), 4),
        "macro_f1": round(macro_f1(matrix), 4),
        "macro_f1_interval": [round(low, 4), round(high, 4)],
        "majority_accuracy": round(float(support.max() / support.sum()), 4),
        "rows": int(support.sum()),
        "labels": list(labels),
        "per_class": per_class,
        "confusion_matrix": matrix.tolist(),
    }


def reliability(
    true: NDArray[Any], probabilities: NDArray[Any], *, bins: int = 10
) -> dict[str, Any]:
    """How often predictions of a probability (of the class said) are right, in equal bins.

    `probabilities` is [rows, classes]. Empty bins are left out. The expected calibration error is
    the mean distance of probability and accuracy, weighted by rows (Naeini et al., 2015).
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == true
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    found, error = [], 0.0
    for at in np.unique(number):
        inside = number == at
        mean, accurate = float(confidence[inside].mean()), float(right[inside].mean())
        error += abs(mean - accurate) * float(inside.mean())
        found.append(
            {
                "from": float(at / bins),
                "to": float((at + 1) / bins),
                "rows": int(inside.sum()),
                "confidence": round(mean, 4),
                "accuracy": round(accurate, 4),
            }
        )
    return {"expected_calibration_error": round(error, 4), "bins": found}
