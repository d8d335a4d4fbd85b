"""Whether predicted probabilities can be taken at face value."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 10


def reliability(
    actual: NDArray[np.int64], probabilities: NDArray[np.float32], *, bins: int = _BINS
) -> dict[str, Any]:
    """The points of a reliability diagram, and the expected calibration error.

    `actual` has class indices [rows], `probabilities` is [rows, classes]. Rows are grouped by the
    probability of their predicted class (the confidence) into `bins` of equal width. Each bin that
    has rows gets its number of rows, mean confidence and accuracy. The expected calibration error
    is the mean distance between the two, weighted by rows: Naeini, Cooper and Hauskrecht,
    Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == actual
    bin_of_row = np.minimum((confidence * bins).astype(int), bins - 1)
    points, error = [], 0.0
    for number in np.unique(bin_of_row):
        inside = bin_of_row == number
        mean, accuracy = float(confidence[inside].mean()), float(correct[inside].mean())
        error += abs(mean - accuracy) * float(inside.mean())
        points.append(
            {
                "from": float(number / bins),
                "to": float((number + 1) / bins),
                "rows": int(inside.sum()),
                "confidence": round(mean, 4),
                "accuracy": round(accuracy, 4),
            }
        )
    return {"expected_calibration_error": round(error, 4), "bins": points}
