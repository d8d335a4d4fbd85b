"""Rows of token ids, gathered into batches of similar length and padded only as far as needed."""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from labels import LABELS
from problems import UserError

_POOL_BATCHES = 50  # rows are sorted by length within this many batches, so order stays random
_FIELD_LIMIT = 1 << 30


@dataclass(frozen=True)
class Rows:
    """Token ids (lists of different length) and their label_ids."""

    ids: list[list[int]]
    labels: list[int]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Batch:
    """Tensors [rows, longest]; `weights` [rows] is 0 for a row that only fills up a rank."""

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.input_ids.to(device, non_blocking=True),
            self.attention_mask.to(device, non_blocking=True),
            self.labels.to(device, non_blocking=True),
            self.weights.to(device, non_blocking=True),
        )


def read_rows(folder: Path) -> Rows:
    """Reads input_ids and label_id of every CSV in the folder; the order of files does not matter.

    Raises UserError when there is no file, no row, or a row that preprocess.py cannot have made.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    found = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.DictReader(file), start=1):
                found.append(_row(row, f"{path.name} row {number}"))
    if not found:
        raise UserError(f"{folder.name}: no rows in any .csv file")
    found.sort(key=lambda item: item[0])  # by review_id: parts of any number of hosts are equal
    return Rows([ids for _, ids, _ in found], [label for _, _, label in found])


def _row(row: dict[str, str], where: str) -> tuple[str, list[int], int]:
    try:
        ids, label = json.loads(row["input_ids"]), int(row["label_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{where}: input_ids and label_id are not readable: {error!r}") from error
    if not isinstance(ids, list) or not ids or not 0 <= label < len(LABELS):
        raise UserError(f"{where}: label_id {label} must be 0, 1 or 2 and input_ids not empty")
    return row.get("review_id", ""), ids, label


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


def plan_in_order(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Row numbers of each batch, longest first: for evaluation."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    return parts_of(order, batch_size)


def parts_of(chosen: list[int], size: int) -> list[list[int]]:
    """`chosen` in parts of at most `size` rows."""
    return [chosen[at : at + size] for at in range(0, len(chosen), size)]


def collate(rows: Rows, chosen: Sequence[int], *, pad_id: int, rank: int, world: int) -> Batch:
    """This rank's part of a batch; a rank left without a row gets one of weight 0."""
    mine = list(chosen[rank::world])
    weights = [1.0] * len(mine) or [0.0]
    mine = mine or [chosen[0]]
    input_ids, attention_mask = pad([rows.ids[row] for row in mine], pad_id)
    labels = torch.tensor([rows.labels[row] for row in mine])
    return Batch(input_ids, attention_mask, labels, torch.tensor(weights))


def pad(ids: Sequence[Sequence[int]], pad_id: int) -> tuple[Tensor, Tensor]:
    """(input_ids, attention_mask), both int64 [texts, longest]."""
    longest = max(map(len, ids))
    input_ids = torch.full((len(ids), longest), pad_id)
    attention_mask = torch.zeros((len(ids), longest), dtype=torch.long)
    for row, tokens in enumerate(ids):
        input_ids[row, : len(tokens)] = torch.tensor(tokens)
        attention_mask[row, : len(tokens)] = 1
    return input_ids, attention_mask


def padded_batches(
    rows: Rows, plan: Sequence[Sequence[int]], *, pad_id: int, rank: int = 0, world: int = 1
) -> Iterator[Batch]:
    """The batches of a plan, one after the other."""
    for chosen in plan:
        yield collate(rows, chosen, pad_id=pad_id, rank=rank, world=world)
