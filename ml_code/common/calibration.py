"""Whether predicted probabilities can be taken at face value."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 10
_DRAWS = 1000
_DECIMALS = 4


def reliability(confidence: NDArray[np.float32], correct: NDArray[np.bool_]) -> dict[str, Any]:
    """The points of a reliability diagram, and the expected calibration error.

    `confidence` is the probability of the predicted class, and `correct` whether it is the actual
    one, both [rows]. Rows are grouped by their confidence into 10 bins of equal width. Each bin
    that has rows gets its number of rows, mean confidence and accuracy. The expected calibration
    error is the mean distance between the two, weighted by rows: Naeini, Cooper and Hauskrecht,
    Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015.
    """
    bin_of_row = _bins(confidence)
    points = []
    for number in np.unique(bin_of_row):
        inside = bin_of_row == number
        points.append(
            {
                "from": float(number / _BINS),
                "to": float((number + 1) / _BINS),
                "rows": int(inside.sum()),
                "confidence": round(float(confidence[inside].mean()), _DECIMALS),
                "accuracy": round(float(correct[inside].mean()), _DECIMALS),
            }
        )
    error = _expected_calibration_error(confidence, correct)
    return {"expected_calibration_error": round(error, _DECIMALS), "bins": points}


def error_by_chance(confidence: NDArray[np.float32], *, seed: int) -> dict[str, float]:
    """The expected calibration error that perfectly calibrated probabilities would have.

    With few rows a bin's accuracy differs from its confidence by chance alone, and the error, a
    mean of distances, never falls below 0: on some hundred rows perfect probabilities score about
    0.04. For each draw, rows are taken to be correct with just the probability of their predicted
    class (consistency resampling: Bröcker and Smith, Weather and Forecasting 22, 2007, 651-661).
    `mean` is that of 1,000 draws, and 95 in 100 are at most `percentile_95`.
    """
    generator = np.random.default_rng(seed)
    errors = [
        _expected_calibration_error(confidence, generator.random(len(confidence)) < confidence)
        for _ in range(_DRAWS)
    ]
    return {
        "mean": round(float(np.mean(errors)), _DECIMALS),
        "percentile_95": round(float(np.percentile(errors, 95)), _DECIMALS),
    }


def _expected_calibration_error(
    confidence: NDArray[np.float32], correct: NDArray[np.bool_]
) -> float:
    gaps = np.bincount(_bins(confidence), weights=confidence - correct)
    return float(np.abs(gaps).sum() / len(confidence))


def _bins(confidence: NDArray[np.float32]) -> NDArray[np.int64]:
    """The number of the bin of each row."""
    return np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
