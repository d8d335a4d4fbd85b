"""Which reviews are used and in which split; the same answer on every host.

Memory: 17 bytes for each row are kept while the files are read, and about as much again to sort
them; the texts themselves are never kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.rated_labels import RatedLabels
from preparing.text_hashes import Hashes, seeded_hashes
from reading.distinct import first_of_each
from reading.splits import check_splits, edges

NOT_SELECTED = -1  # in place of the index of a split


@dataclass(frozen=True, kw_only=True)
class Selection:
    """`split_of_row` [rows] has the index of each row's split in SPLITS, or NOT_SELECTED."""

    split_of_row: NDArray[np.int8]
    duplicates: int
    available: dict[str, int]  # distinct reviews per class before balancing

    @property
    def size(self) -> int:
        return int(np.count_nonzero(self.split_of_row != NOT_SELECTED))


def select(
    *,
    hashes: Hashes,
    exact_hashes: Hashes,
    rating_indices: NDArray[np.int8],
    labels: RatedLabels,
    shares: Sequence[float],
    balance: bool,
    seed: int,
) -> Selection:
    """Removes duplicates, balances the classes to the smallest one, and splits by `shares`.

    `hashes`, `exact_hashes` and `rating_indices` are [rows]; `shares` are those of SPLITS. Of equal
    texts the one with the lowest rating index is kept, and of these the one with the lowest hash of
    the exact text, whatever the order of rows. Raises UserError when a class has too few reviews
    for one in every split.
    """
    split_of_row = np.full(len(hashes), NOT_SELECTED, dtype=np.int8)
    rows = first_of_each(hashes, rating_indices, exact_hashes)
    class_of_rating = np.array(labels.ratings.label_of, dtype=np.int8)
    hashes, classes = hashes[rows], class_of_rating[rating_indices[rows]]
    counts = np.bincount(classes, minlength=len(labels.names))
    available = dict(zip(labels.names, map(int, counts), strict=True))
    check_splits(available, shares)
    if balance:
        chosen = _balanced(hashes, classes, int(counts.min()), seed)
        hashes, classes, kept = hashes[chosen], classes[chosen], rows[chosen]
    else:
        kept = rows
    split_of_row[kept] = _stratified(hashes, classes, shares, seed)
    return Selection(
        split_of_row=split_of_row,
        duplicates=len(split_of_row) - len(rows),
        available=available,
    )


def _stratified(
    hashes: Hashes, classes: NDArray[np.int8], shares: Sequence[float], seed: int
) -> NDArray[np.int8]:
    """The split of each review [reviews]: `shares` of each class, in the order of a seeded hash.

    So every split has the classes in the same proportions, and metrics of different splits can be
    compared.
    """
    splits = np.empty(len(hashes), dtype=np.int8)
    for members in _shuffled_by_class(hashes, classes, seed, "split"):
        ends = edges(shares, len(members))
        for split, part in enumerate(np.split(members, ends[:-1])):
            splits[part] = split
    return splits


def _balanced(hashes: Hashes, classes: NDArray[np.int8], size: int, seed: int) -> NDArray[np.intp]:
    """Indices of `size` reviews of each class, those whose seeded hash is lowest."""
    shuffled = _shuffled_by_class(hashes, classes, seed, "sample")
    return np.sort(np.concatenate([members[:size] for members in shuffled]))


def _shuffled_by_class(
    hashes: Hashes, classes: NDArray[np.int8], seed: int, purpose: str
) -> Iterator[NDArray[np.intp]]:
    """The indices of each class in turn, in the order of a hash of `seed` and `purpose`."""
    rank = seeded_hashes(hashes, seed, purpose)
    for label in range(int(classes.max()) + 1):
        members = np.flatnonzero(classes == label)
        yield members[np.argsort(rank[members], kind="stable")]
