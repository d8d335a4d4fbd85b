"""How many reviews of a class go into each split, and whether that is at least one."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from .errors import UserError


def edges(shares: Sequence[float], count: int) -> list[int]:
    """The index at which each split ends, of `count` reviews of a class."""
    return [round(part / sum(shares) * count) for part in accumulate(shares)]


def check_splits(found: Mapping[str, int], shares: Sequence[float]) -> None:
    """Raises UserError when a class has too few reviews for one in every split.

    `found` has the number of distinct reviews of each class.
    """
    few = [f"{name} has {count}" for name, count in found.items() if not _fills(count, shares)]
    if few:
        counts = ", ".join(f"{name} {count}" for name, count in found.items())
        raise UserError(
            f"{', '.join(few)} reviews; every split needs one of each class, which takes at least "
            f"{_least(shares)} that can be used and differ; found {counts}"
        )


def _least(shares: Sequence[float]) -> int:
    """The fewest reviews of a class with which every split gets one."""
    count = max(len(shares), int(0.5 * sum(shares) / min(shares)))
    while not _fills(count, shares):
        count += 1
    return count


def _fills(count: int, shares: Sequence[float]) -> bool:
    return all(begin < end for begin, end in pairwise([0, *edges(shares, count)]))
