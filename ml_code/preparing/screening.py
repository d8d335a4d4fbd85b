"""The first pass over a chunk of reviews: what is usable, whose it is, and its text set aside."""

from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from preparing.texts import Keys, keys_of, variants_of
from reading.files import Chunk
from reading.judging import Judge, Rejects
from reading.ratings import Finder, Ratings


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
    chunk, rejects, judge = task.chunk, Rejects(), Judge(Finder(task.ratings))
    texts, places = [], []
    for text, place in judge.texts_and_places(chunk, rejects):
        texts.append(text)
        places.append(place)
    keys = keys_of(texts)
    mine = task.host.owns(keys).tolist()
    with task.texts_file.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(f"{text}\n" for text in compress(texts, mine)))
    return Screened(
        keys=keys,
        variants=variants_of(texts),
        places=np.array(places, dtype=np.int8),
        rejects=rejects,
        texts_file=task.texts_file,
        share_read=chunk.share_read,
    )
