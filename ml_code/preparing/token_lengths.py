"""The lengths of reviews in tokens, for the report."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 16


def length_histogram(lengths: NDArray[np.int64], *, max_length: int) -> dict[str, Any]:
    """Mean length, rows by length in bins of equal width, and how many rows were cut.

    `lengths` are numbers of tokens [rows], before texts were cut at `max_length`.
    """
    width = -(-max_length // _BINS)
    counts = np.bincount((np.minimum(lengths, max_length) - 1) // width, minlength=1)
    return {
        "mean": round(float(lengths.mean()), 1) if len(lengths) else 0.0,
        "histogram": {
            f"{number * width + 1}-{min(max_length, (number + 1) * width)}": int(count)
            for number, count in enumerate(counts)
        },
        "cut": int(np.count_nonzero(lengths > max_length)),
    }
