"""Lists of token ids as rectangles, padded only as far as needed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def pad(ids: Sequence[Sequence[int]], pad_id: int) -> tuple[Ids, Ids]:
    """(input_ids, attention_mask), both [texts, longest]."""
    longest = max(map(len, ids))
    input_ids = np.full((len(ids), longest), pad_id, dtype=np.int64)
    attention_mask = np.zeros((len(ids), longest), dtype=np.int64)
    for row, tokens in enumerate(ids):
        input_ids[row, : len(tokens)] = tokens
        attention_mask[row, : len(tokens)] = 1
    return input_ids, attention_mask


def plan_in_order(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Row numbers of each batch, longest first: for prediction."""
    return parts_of(sorted(range(len(lengths)), key=lambda row: -lengths[row]), batch_size)


def parts_of(chosen: list[int], size: int) -> list[list[int]]:
    """`chosen` in parts of at most `size`."""
    return [chosen[at : at + size] for at in range(0, len(chosen), size)]
