"""Which reviews are the same, and which of them counts."""

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which takes as long to import as everything else that `reviews` imports
    import numpy as np
    from numpy.typing import NDArray


def folded(text: str) -> str:
    """The text without the difference of case: texts that differ only in case are one review."""
    return text.casefold()


def first_of_each(
    hashes: "NDArray[np.integer]", *ranks: "NDArray[np.integer]"
) -> "NDArray[np.intp]":
    """The numbers of the rows to keep, one of each hash, in the order of the hashes.

    All arrays are [rows]. Of equal hashes the row with the lowest first rank is kept, and of these
    the one with the lowest second rank.
    """
    import numpy as np

    order = np.lexsort((*reversed(ranks), hashes))
    ordered = hashes[order]
    is_first = np.ones(len(hashes), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return order[is_first]


class DistinctReviews:
    """Counts the distinct reviews of each class. Memory: 9 bytes for each row, and about three
    times as much to count them; no text is kept."""

    def __init__(self) -> None:
        self._hashes, self._ratings = array("q"), array("b")

    def add(self, texts: Iterable[str], rating_indices: Iterable[int]) -> None:
        """Cleaned texts, and the rating index of each."""
        self._hashes.extend(map(hash, map(folded, texts)))
        self._ratings.extend(rating_indices)

    def counts(self, label_of: Sequence[int], labels: int) -> list[int]:
        """How many reviews each label has, of `labels`; `label_of` has that of each rating index.

        As in the preparation, a text of several ratings counts for the lowest index.
        """
        import numpy as np

        ratings = np.frombuffer(self._ratings, dtype=np.int8)
        kept = ratings[first_of_each(np.frombuffer(self._hashes, dtype=np.int64), ratings)]
        of_label = np.bincount(np.array(label_of)[kept], minlength=labels)
        return [int(count) for count in of_label]
