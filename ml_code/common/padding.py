"""Lists of token ids as arrays, padded only as far as needed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def pad(ids: Sequence[Sequence[int]], pad_id: int) -> tuple[Ids, Ids]:
    """(input_ids, attention_mask), both [rows, tokens of the longest row]."""
    longest = max(map(len, ids))
    input_ids = np.full((len(ids), longest), pad_id, dtype=np.int64)
    attention_mask = np.zeros((len(ids), longest), dtype=np.int64)
    for row, tokens in enumerate(ids):
        input_ids[row, : len(tokens)] = tokens
        attention_mask[row, : len(tokens)] = 1
    return input_ids, attention_mask


def batches_by_length(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Row numbers of each batch, longest rows first: for prediction, where order is free."""
    return chunks(sorted(range(len(lengths)), key=lambda row: -lengths[row]), batch_size)


def chunks(rows: list[int], size: int) -> list[list[int]]:
    """`rows` in lists of at most `size`, in their order."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
