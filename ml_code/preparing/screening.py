"""The first pass over the reviews: which rows are usable; their texts go into a temporary file."""

from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from preparing.host import Host
from preparing.text_hashes import Hashes, exact_text_hashes, text_hashes
from reading.files import Chunk
from reading.judging import Judge, Rejects
from reading.ratings import RatingLookup, Ratings


@dataclass(frozen=True, kw_only=True)
class ScreeningTask:
    """A chunk of rows for one process, and the file for the texts of this host."""

    chunk: Chunk
    ratings: Ratings
    host: Host
    texts_file: Path


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The usable reviews of a chunk, in arrays [reviews], and its rejected rows.

    `texts_file` has the cleaned texts of this host's reviews, one a line. `share_read` is how much
    of all the files has been read, from 0 to 1.
    """

    hashes: Hashes
    exact_hashes: Hashes
    rating_indices: NDArray[np.int8]
    rejects: Rejects
    texts_file: Path
    share_read: float


def screen(task: ScreeningTask) -> Screened:
    """Cleans and hashes the texts of a chunk, and writes those of this host."""
    chunk, rejects, judge = task.chunk, Rejects(), Judge(RatingLookup(task.ratings))
    texts, rating_indices = [], []
    for text, rating_index in judge.usable_rows(chunk, rejects):
        texts.append(text)
        rating_indices.append(rating_index)
    hashes = text_hashes(texts)
    owned = task.host.owns(hashes).tolist()
    with task.texts_file.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(f"{text}\n" for text in compress(texts, owned)))
    return Screened(
        hashes=hashes,
        exact_hashes=exact_text_hashes(texts),
        rating_indices=np.array(rating_indices, dtype=np.int8),
        rejects=rejects,
        texts_file=task.texts_file,
        share_read=chunk.share_read,
    )
