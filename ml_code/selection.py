"""Which rows are used and in which split; the same answer on every host.

Memory: 17 bytes a row while the files are read; the texts themselves are never held.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labels import LABELS
from problems import UserError
from texts import Keys, identity, key_of, mixed, variant_of

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The chosen reviews, sorted by key. All arrays have one entry a review."""

    keys: Keys
    variants: Keys
    labels: NDArray[np.int8]
    splits: NDArray[np.int8]
    duplicates: int
    available: dict[str, int]  # distinct reviews per class before balancing

    def position(self, key: int) -> int | None:
        """Where the key stands, or None when the review was not chosen."""
        found = int(np.searchsorted(self.keys, np.uint64(key)))
        chosen = found < len(self.keys) and int(self.keys[found]) == key
        return found if chosen else None


def select(
    reviews: Iterable[tuple[str, int]], *, shares: Sequence[float], balance: bool, seed: int
) -> Selection:
    """Drops equal texts, balances the classes to the smallest one, splits by `shares`.

    Of equal texts the lowest label, then the lowest hash of the exact text, is kept, whatever the
    order of rows. Raises UserError when a class has no review at all.
    """
    keys, variants, labels = _arrays(reviews)
    order = np.lexsort((variants, labels, keys))
    keys, variants, labels = keys[order], variants[order], labels[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    rows = len(keys)
    keys, variants, labels = keys[first], variants[first], labels[first]
    counts = np.bincount(labels, minlength=len(LABELS))
    if not counts.all():
        found = ", ".join(f"{name} {n}" for name, n in zip(LABELS, counts, strict=True))
        raise UserError(f"every class needs at least one usable review; found {found}")
    chosen = _balanced(keys, labels, int(counts.min()), seed) if balance else slice(None)
    return Selection(
        keys=keys[chosen],
        variants=variants[chosen],
        labels=labels[chosen],
        splits=_stratified(keys[chosen], labels[chosen], shares, seed),
        duplicates=rows - len(keys),
        available=dict(zip(LABELS, map(int, counts), strict=True)),
    )


def _arrays(reviews: Iterable[tuple[str, int]]) -> tuple[Keys, Keys, NDArray[np.int8]]:
    keys, variants, labels = array("Q"), array("Q"), array("b")
    for text, label in reviews:
        keys.append(key_of(identity(text)))
        variants.append(variant_of(text))
        labels.append(label)
    return (
        np.frombuffer(keys, dtype=np.uint64) if keys else np.empty(0, np.uint64),
        np.frombuffer(variants, dtype=np.uint64) if keys else np.empty(0, np.uint64),
        np.frombuffer(labels, dtype=np.int8) if keys else np.empty(0, np.int8),
    )


def _stratified(
    keys: Keys, labels: NDArray[np.int8], shares: Sequence[float], seed: int
) -> NDArray[np.int8]:
    """The split of each review: `shares` of each class, in the order of a hash.

    Every split so has the classes in the same proportions, and its scores mean the same.
    """
    splits = np.empty(len(keys), dtype=np.int8)
    for members in _ranked_by_class(keys, labels, seed, "split"):
        edges = np.rint(np.cumsum(shares) / np.sum(shares) * len(members)).astype(np.intp)
        for split, part in enumerate(np.split(members, edges[:-1])):
            splits[part] = split
    return splits


def _balanced(keys: Keys, labels: NDArray[np.int8], size: int, seed: int) -> NDArray[np.intp]:
    """Positions of `size` reviews of each class, those whose hash is lowest."""
    classes = _ranked_by_class(keys, labels, seed, "sample")
    return np.sort(np.concatenate([members[:size] for members in classes]))


def _ranked_by_class(
    keys: Keys, labels: NDArray[np.int8], seed: int, purpose: str
) -> Iterator[NDArray[np.intp]]:
    """The positions of each class in turn, in the order of a hash that `purpose` tells apart."""
    rank = mixed(keys, seed, purpose)
    for label in range(len(LABELS)):
        members = np.flatnonzero(labels == label)
        yield members[np.argsort(rank[members], kind="stable")]
