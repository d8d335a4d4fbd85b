"""The first pass over a chunk of reviews: what is usable, whose it is, and its text set aside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ratings import OF_NO_CLASS, UNUSED, Finder, Ratings
from texts import Keys, cleaned, joined, keys_of, variants_of

_NO_TEXT = UNUSED, "no text"


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

    @property
    def faults(self) -> int:
        """Without the rows that were to be left out."""
        return self.counts.total() - self.counts[OF_NO_CLASS]

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
    ratings: Ratings
    host: Host
    texts_file: Path


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The usable reviews of a chunk, one entry each, and the rows that are not.

    `texts_file` has the cleaned text of each review of this host, one a line.
    """

    keys: Keys
    variants: Keys
    places: NDArray[np.int8]  # of their ratings: ratings.py
    rejects: Rejects
    texts_file: Path
    share_read: float


def screen(task: ScreeningTask) -> Screened:
    """Cleans and hashes the chunk's rows; sets the texts of this host aside."""
    chunk, rejects, finder = task.chunk, Rejects(), Finder(task.ratings)
    texts, places = [], []
    rows = zip(chunk.texts, chunk.titles, chunk.ratings, strict=True)
    for number, (body, title, raw) in enumerate(rows, start=chunk.first_row):
        place, reason = finder[raw] if body.strip() else _NO_TEXT
        if reason:
            rejects.add(reason, f"{chunk.file} row {number}, {chunk.rating_column} {raw[:40]!r}")
        else:
            texts.append(cleaned(joined(title, body)))
            places.append(place)
    keys = keys_of(texts)
    mine = task.host.owns(keys).tolist()
    with task.texts_file.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{text}\n" for text, owned in zip(texts, mine, strict=True) if owned)
    return Screened(
        keys=keys,
        variants=variants_of(texts),
        places=np.array(places, dtype=np.int8),
        rejects=rejects,
        texts_file=task.texts_file,
        share_read=chunk.share_read,
    )
