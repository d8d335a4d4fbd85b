"""Which rows are used and in which split; the same answer on every host.

Memory: 17 bytes a row are kept while the files are read, and about as much again to sort them; the
texts themselves are never held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.rated_labels import RatedLabels
from preparing.texts import Keys, mixed
from reading.splits import check_splits, edges

UNUSED = -1


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The split of each row, in the order of the rows: a position in SPLITS, or UNUSED."""

    split_of_row: NDArray[np.int8]
    duplicates: int
    available: dict[str, int]  # distinct reviews per class before balancing

    @property
    def size(self) -> int:
        return int(np.count_nonzero(self.split_of_row != UNUSED))


def select(
    *,
    keys: Keys,
    variants: Keys,
    places: NDArray[np.int8],
    labels: RatedLabels,
    shares: Sequence[float],
    balance: bool,
    seed: int,
) -> Selection:
    """Drops equal texts, balances the classes to the smallest one, splits by `shares`.

    `keys`, `variants` and `places` have one entry a row. Of equal texts the lowest place, then the
    lowest hash of the exact text, is kept, whatever the order of rows. Raises UserError when a
    class has too few reviews for one in every split.
    """
    split_of_row = np.full(len(keys), UNUSED, dtype=np.int8)
    rows = _distinct(keys, variants, places)
    keys, classes = keys[rows], np.array(labels.ratings.label_of, dtype=np.int8)[places[rows]]
    counts = np.bincount(classes, minlength=len(labels.names))
    available = dict(zip(labels.names, map(int, counts), strict=True))
    check_splits(available, shares)
    if balance:
        chosen = _balanced(keys, classes, int(counts.min()), seed)
        keys, classes, kept = keys[chosen], classes[chosen], rows[chosen]
    else:
        kept = rows
    split_of_row[kept] = _stratified(keys, classes, shares, seed)
    return Selection(
        split_of_row=split_of_row,
        duplicates=len(split_of_row) - len(rows),
        available=available,
    )


def _distinct(keys: Keys, variants: Keys, places: NDArray[np.int8]) -> NDArray[np.intp]:
    """The row numbers of the reviews to keep of each text, in the order of their keys."""
    order = np.lexsort((variants, places, keys))
    ranked = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = ranked[1:] != ranked[:-1]
    return order[first]


def _stratified(
    keys: Keys, classes: NDArray[np.int8], shares: Sequence[float], seed: int
) -> NDArray[np.int8]:
    """The split of each review: `shares` of each class, in the order of a hash.

    Every split so has the classes in the same proportions, and its scores mean the same.
    """
    splits = np.empty(len(keys), dtype=np.int8)
    for members in _ranked_by_class(keys, classes, seed, "split"):
        ends = edges(shares, len(members))
        for split, part in enumerate(np.split(members, ends[:-1])):
            splits[part] = split
    return splits


def _balanced(keys: Keys, classes: NDArray[np.int8], size: int, seed: int) -> NDArray[np.intp]:
    """Positions of `size` reviews of each class, those whose hash is lowest."""
    ranked = _ranked_by_class(keys, classes, seed, "sample")
    return np.sort(np.concatenate([members[:size] for members in ranked]))


def _ranked_by_class(
    keys: Keys, classes: NDArray[np.int8], seed: int, purpose: str
) -> Iterator[NDArray[np.intp]]:
    """The positions of each class in turn, in the order of a hash that `purpose` tells apart."""
    rank = mixed(keys, seed, purpose)
    for label in range(int(classes.max()) + 1):
        members = np.flatnonzero(classes == label)
        yield members[np.argsort(rank[members], kind="stable")]
