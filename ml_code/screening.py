"""The first pass over a chunk of reviews: what is usable, whose it is, and its text set aside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labels import star_of_rating
from texts import Keys, cleaned, joined, keys_of, variants_of


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a file, one entry a row in each list. `first_row` counts from 1."""

    file: str
    first_row: int
    rating_column: str
    texts: Sequence[str]
    titles: Sequence[str]
    ratings: Sequence[str]
    share_read: float  # of all bytes of all files, once this chunk is read


@dataclass
class Rejects:
    """Rows left out, by reason, with the first row of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, where: str) -> None:
        self.counts[reason] += 1
        self.first.setdefault(reason, where)

    def merge(self, later: "Rejects") -> None:
        """Adds those of a later chunk."""
        self.counts += later.counts
        self.first = later.first | self.first

    def describe(self) -> str:
        return "; ".join(
            f"{count} x {reason} (first: {self.first[reason]})"
            for reason, count in self.counts.most_common()
        )


@dataclass(frozen=True, kw_only=True)
class Host:
    """One of `count` hosts; each takes the reviews whose key falls to its position."""

    name: str = "algo-1"
    position: int = 0
    count: int = 1

    def owns(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of the reviews are this host's."""
        owned: NDArray[np.bool_] = keys % np.uint64(self.count) == np.uint64(self.position)
        return owned


@dataclass(frozen=True, kw_only=True)
class ScreeningTask:
    chunk: Chunk
    host: Host
    texts_file: Path


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The usable reviews of a chunk, one entry each, and the rows that are not.

    `texts_file` has the cleaned text of each review of this host, one a line.
    """

    keys: Keys
    variants: Keys
    stars: NDArray[np.int8]
    rejects: Rejects
    texts_file: Path
    share_read: float


def screen(task: ScreeningTask) -> Screened:
    """Cleans and hashes the chunk's rows; sets the texts of this host aside."""
    chunk, rejects = task.chunk, Rejects()
    texts, stars = [], []
    rows = zip(chunk.texts, chunk.titles, chunk.ratings, strict=True)
    for number, (body, title, raw) in enumerate(rows, start=chunk.first_row):
        rating = _number(raw)
        reason = _reason(body, raw, rating)
        if reason:
            rejects.add(reason, f"{chunk.file} row {number}, {chunk.rating_column} {raw[:40]!r}")
        else:
            texts.append(cleaned(joined(title, body)))
            stars.append(star_of_rating(rating))
    keys = keys_of(texts)
    mine = task.host.owns(keys).tolist()
    with task.texts_file.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{text}\n" for text, owned in zip(texts, mine, strict=True) if owned)
    return Screened(
        keys=keys,
        variants=variants_of(texts),
        stars=np.array(stars, dtype=np.int8),
        rejects=rejects,
        texts_file=task.texts_file,
        share_read=chunk.share_read,
    )


def _number(raw: str) -> float:
    try:
        return float(raw)
    except ValueError:
        return nan


def _reason(body: str, raw: str, rating: float) -> str:
    if not body.strip():
        return "no text"
    if not raw.strip():
        return "no rating"
    if isnan(rating):
        return "rating is not a number"
    return "" if 1 <= rating <= 5 else "rating outside 1-5"
