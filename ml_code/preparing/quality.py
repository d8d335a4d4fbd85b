"""What a report says about the lengths of reviews."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 16


def length_histogram(lengths: NDArray[np.int64], *, max_length: int) -> dict[str, Any]:
    """Rows by number of tokens, in equal steps up to `max_length`, and how many were cut there."""
    step = -(-max_length // _BINS)
    counts = np.bincount((np.minimum(lengths, max_length) - 1) // step, minlength=1)
    return {
        "mean": round(float(lengths.mean()), 1) if len(lengths) else 0.0,
        "histogram": {
            f"{at * step + 1}-{min(max_length, (at + 1) * step)}": int(count)
            for at, count in enumerate(counts)
        },
        "cut": int(np.count_nonzero(lengths > max_length)),
    }
