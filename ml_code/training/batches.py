"""Rows of token ids in batches of similar length, padded only as far as needed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from common.padding import chunks, pad
from common.rows import Rows

_SORTED_BATCHES = 50  # rows are sorted by length within so many batches: the order stays random


@dataclass(frozen=True)
class Batch:
    """Tensors of one batch.

    `input_ids` and `attention_mask` are [rows, tokens]; `labels` (class indices),
    `rating_indices` and `weights` are [rows]. The weight is 1, or 0 for a row that is there only
    because each rank needs one.
    """

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    rating_indices: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.input_ids.to(device, non_blocking=True),
            self.attention_mask.to(device, non_blocking=True),
            self.labels.to(device, non_blocking=True),
            self.rating_indices.to(device, non_blocking=True),
            self.weights.to(device, non_blocking=True),
        )


def plan_epoch(lengths: Sequence[int], batch_size: int, *, seed: int) -> list[list[int]]:
    """Row numbers of each batch, in random order but of similar length.

    `lengths` are those of all rows, in tokens. The same seed gives the same batches.
    """
    random_generator = random.Random(seed)
    order = list(range(len(lengths)))
    random_generator.shuffle(order)
    pool = batch_size * _SORTED_BATCHES
    batches: list[list[int]] = []
    for start in range(0, len(order), pool):
        members = sorted(order[start : start + pool], key=lambda row: lengths[row])
        batches += chunks(members, batch_size)
    random_generator.shuffle(batches)
    return batches


def collate(
    rows: Rows, row_numbers: Sequence[int], *, pad_id: int, rank: int, world_size: int
) -> Batch:
    """This rank's share of a batch; a rank whose share is empty gets one row of weight 0."""
    share = list(row_numbers[rank::world_size])
    weights = [1.0] * len(share) or [0.0]
    share = share or [row_numbers[0]]
    input_ids, attention_mask = pad([rows.ids[row] for row in share], pad_id)
    return Batch(
        input_ids=torch.from_numpy(input_ids),
        attention_mask=torch.from_numpy(attention_mask),
        labels=torch.tensor([rows.labels[row] for row in share]),
        rating_indices=torch.tensor([rows.rating_indices[row] for row in share]),
        weights=torch.tensor(weights),
    )


def padded_batches(
    rows: Rows,
    plan: Sequence[Sequence[int]],
    *,
    pad_id: int,
    rank: int = 0,
    world_size: int = 1,
) -> Iterator[Batch]:
    """This rank's share of each batch of a plan."""
    for row_numbers in plan:
        yield collate(rows, row_numbers, pad_id=pad_id, rank=rank, world_size=world_size)
