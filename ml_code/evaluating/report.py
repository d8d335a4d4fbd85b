"""The metrics in evaluation.json."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from common.metrics import ConfusionMatrix, overall, precision_recall_f1

_RESAMPLES = 2000
_DECIMALS = 4


def classification_report(
    matrix: ConfusionMatrix, names: Sequence[str], *, seed: int
) -> dict[str, Any]:
    """Metrics of a confusion matrix, overall and by class, rounded to 4 decimals.

    `names` are those of the classes, in the order of the matrix; `seed` is that of the bootstrap.
    `majority_accuracy` is the accuracy of always predicting the most frequent class.
    """
    precision, recall, f1 = precision_recall_f1(matrix)
    support = matrix.sum(axis=1)
    return {
        **overall(matrix),
        "macro_f1_interval": [
            round(bound, _DECIMALS) for bound in macro_f1_interval(matrix, seed=seed)
        ],
        "majority_accuracy": round(float(support.max() / support.sum()), _DECIMALS),
        "rows": int(support.sum()),
        "labels": list(names),
        "per_class": {
            name: {
                "precision": round(float(precision[index]), _DECIMALS),
                "recall": round(float(recall[index]), _DECIMALS),
                "f1": round(float(f1[index]), _DECIMALS),
                "support": int(support[index]),
            }
            for index, name in enumerate(names)
        },
        "confusion_matrix": matrix.tolist(),
    }


def macro_f1_interval(
    matrix: ConfusionMatrix, *, seed: int, resamples: int = _RESAMPLES
) -> tuple[float, float]:
    """(lower, upper) bound of the 95 % percentile bootstrap interval of the macro-F1.

    Resampling rows with replacement is drawing the cells of the matrix from one multinomial
    distribution, which takes the same time for any number of rows.
    """
    rows = int(matrix.sum())
    drawn = np.random.default_rng(seed).multinomial(rows, matrix.ravel() / rows, size=resamples)
    values = precision_recall_f1(drawn.reshape(resamples, *matrix.shape))[2].mean(axis=-1)
    lower, upper = np.percentile(values, [2.5, 97.5])
    return float(lower), float(upper)
