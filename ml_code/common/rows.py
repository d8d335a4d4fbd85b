"""The features that training and evaluation read."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from common.feature_files import read_frames
from common.labels import Labels
from contract.features import (
    INPUT_IDS,
    LABEL_ID,
    REVIEW_BODY,
    REVIEW_ID,
    SCHEMA,
    STAR_RATING,
)
from reading.errors import UserError

_READ_ROWS = 10_000


@dataclass(frozen=True)
class Rows:
    """Features of reviews, one entry for each row in every list.

    `ids` are token ids, in lists of any length, `labels` label_ids (class indices), and
    `rating_indices` those of reading/ratings.py. `texts` is empty unless it was asked for.
    """

    ids: list[list[int]]
    labels: list[int]
    rating_indices: list[int]
    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.labels)

    def evenly_spaced(self, most: int) -> Self:
        """At most `most` of the rows, at equal distances and without their texts."""
        numbers = np.unique(np.linspace(0, len(self) - 1, min(len(self), most)).astype(int))
        return type(self)(
            [self.ids[row] for row in numbers],
            [self.labels[row] for row in numbers],
            [self.rating_indices[row] for row in numbers],
        )


def read_rows(folder: Path, labels: Labels, *, with_texts: bool = False) -> Rows:
    """Reads every CSV and Parquet file in the folder; the order of files does not matter.

    Raises UserError when there is no file, no row, or a row that preprocess.py cannot have made
    with these labels.
    """
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".parquet")):
        number = 0
        for frame in read_frames(path, rows=_READ_ROWS):
            for row in frame.to_dict("records"):
                number += 1
                text = row.get(REVIEW_BODY.name, "") if with_texts else ""
                found.append((*_row(row, labels, f"{path.name} row {number}"), text))
    if not found:
        raise UserError(f"{folder.name}: no rows in any .csv or .parquet file")
    found.sort(key=lambda item: item[0])  # by review_id: parts of any number of hosts are equal
    _, ids, classes, rating_indices, texts = (list(column) for column in zip(*found, strict=True))
    return Rows(ids, classes, rating_indices, texts if with_texts else [])


def _row(row: dict[Any, str], labels: Labels, where: str) -> tuple[str, list[int], int, int]:
    if any(row.get(name) == "" for name in SCHEMA.required):
        raise UserError(f"{where}: the row is cut off")
    try:
        ids = json.loads(row[INPUT_IDS.name])
        label = int(row[LABEL_ID.name])
        star = int(row[STAR_RATING.name]) if row[STAR_RATING.name] else None
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{where}: {INPUT_IDS}, {LABEL_ID} and {STAR_RATING} are not readable: {error!r}"
        ) from error
    if not isinstance(ids, list) or not ids:
        raise UserError(f"{where}: {INPUT_IDS} must be a list that is not empty")
    try:
        rating_index = labels.rating_index(label, star)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    return row.get(REVIEW_ID.name, ""), ids, label, rating_index
