"""The features that training and evaluation read."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feature_files import read_frames
from labels import LABEL_OF_STAR, STARS
from problems import UserError

_READ_ROWS = 10_000


@dataclass(frozen=True)
class Rows:
    """Token ids (lists of different length), label_ids, stars from 1 to 5; texts if asked for."""

    ids: list[list[int]]
    labels: list[int]
    stars: list[int]
    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.labels)


def read_rows(folder: Path, *, with_texts: bool = False) -> Rows:
    """Reads every CSV and Parquet file in the folder; the order of files does not matter.

    Raises UserError when there is no file, no row, or a row that preprocess.py cannot have made.
    """
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".parquet")):
        number = 0
        for frame in read_frames(path, rows=_READ_ROWS):
            for row in frame.to_dict("records"):
                number += 1
                text = row.get("review_body", "") if with_texts else ""
                found.append((*_row(row, f"{path.name} row {number}"), text))
    if not found:
        raise UserError(f"{folder.name}: no rows in any .csv or .parquet file")
    found.sort(key=lambda item: item[0])  # by review_id: parts of any number of hosts are equal
    _, ids, labels, stars, texts = (list(column) for column in zip(*found, strict=True))
    return Rows(ids, labels, stars, texts if with_texts else [])


def _row(row: dict[Any, str], where: str) -> tuple[str, list[int], int, int]:
    try:
        ids = json.loads(row["input_ids"])
        label, star = int(row["label_id"]), int(row["star_rating"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{where}: input_ids, label_id and star_rating are not readable: {error!r}"
        ) from error
    if not isinstance(ids, list) or not ids:
        raise UserError(f"{where}: input_ids must be a list that is not empty")
    if star not in STARS or label != LABEL_OF_STAR[star - 1]:
        raise UserError(
            f"{where}: star_rating {star} must be from 1 to 5, and label_id {label} its class"
        )
    return row.get("review_id", ""), ids, label, star
