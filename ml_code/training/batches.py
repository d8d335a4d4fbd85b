"""Rows of token ids, gathered into batches of similar length and padded only as far as needed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from common.padding import pad, parts_of
from common.rows import Rows

_POOL_BATCHES = 50  # rows are sorted by length within this many batches, so order stays random


@dataclass(frozen=True)
class Batch:
    """Tensors [rows, longest]; `weights` [rows] is 0 for a row that only fills up a rank."""

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    places: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.input_ids.to(device, non_blocking=True),
            self.attention_mask.to(device, non_blocking=True),
            self.labels.to(device, non_blocking=True),
            self.places.to(device, non_blocking=True),
            self.weights.to(device, non_blocking=True),
        )


def plan_epoch(lengths: Sequence[int], batch_size: int, *, seed: int) -> list[list[int]]:
    """Row numbers of each batch: random, but of similar length; the same for the same seed."""
    chance = random.Random(seed)
    order = list(range(len(lengths)))
    chance.shuffle(order)
    pool = batch_size * _POOL_BATCHES
    batches: list[list[int]] = []
    for start in range(0, len(order), pool):
        members = sorted(order[start : start + pool], key=lambda row: lengths[row])
        batches += parts_of(members, batch_size)
    chance.shuffle(batches)
    return batches


def collate(rows: Rows, chosen: Sequence[int], *, pad_id: int, rank: int, world: int) -> Batch:
    """This rank's part of a batch; a rank left without a row gets one of weight 0."""
    mine = list(chosen[rank::world])
    weights = [1.0] * len(mine) or [0.0]
    mine = mine or [chosen[0]]
    input_ids, attention_mask = map(torch.from_numpy, pad([rows.ids[row] for row in mine], pad_id))
    labels = torch.tensor([rows.labels[row] for row in mine])
    places = torch.tensor([rows.places[row] for row in mine])
    return Batch(input_ids, attention_mask, labels, places, torch.tensor(weights))


def padded_batches(
    rows: Rows, plan: Sequence[Sequence[int]], *, pad_id: int, rank: int = 0, world: int = 1
) -> Iterator[Batch]:
    """The batches of a plan, one after the other."""
    for chosen in plan:
        yield collate(rows, chosen, pad_id=pad_id, rank=rank, world=world)
