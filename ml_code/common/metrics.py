"""Accuracy, precision, recall and F1 from a confusion matrix, as scikit-learn defines them.

A confusion matrix has actual classes in rows and predicted classes in columns, and counts in its
cells: [classes, classes]. With it, the metrics of several processes or of resampled rows are sums
and multinomial draws, for which no row is needed again.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from contract.metrics import ACCURACY, MACRO_F1, METRICS, Metric

ConfusionMatrix = NDArray[np.int64]
Floats = NDArray[np.float64]
_DECIMALS = 4


def confusion_matrix(
    actual: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> ConfusionMatrix:
    """Counts [classes, classes] of two lists of class indices [rows]."""
    cells = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def accuracy(matrix: ConfusionMatrix) -> float:
    """The share of rows on the diagonal, from 0 to 1."""
    return float(np.trace(matrix) / max(1, matrix.sum()))


def precision_recall_f1(matrix: ConfusionMatrix) -> tuple[Floats, Floats, Floats]:
    """Three arrays [..., classes] for one confusion matrix or many, [..., classes, classes].

    A class without any prediction has a precision of 0, and one without any row a recall of 0.
    """
    correct = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    predicted, actual = matrix.sum(axis=-2), matrix.sum(axis=-1)
    precision = correct / np.maximum(1, predicted)
    recall = correct / np.maximum(1, actual)
    return precision, recall, 2 * correct / np.maximum(1, predicted + actual)


def macro_f1(matrix: ConfusionMatrix) -> float:
    """The unweighted mean of the classes' F1."""
    return float(precision_recall_f1(matrix)[2].mean())


_COMPUTED: Mapping[Metric, Callable[[ConfusionMatrix], float]] = {
    ACCURACY: accuracy,
    MACRO_F1: macro_f1,
}


def overall(matrix: ConfusionMatrix) -> dict[str, float]:
    """METRICS by their names, rounded to 4 decimals."""
    return {metric.name: round(_COMPUTED[metric](matrix), _DECIMALS) for metric in METRICS}
