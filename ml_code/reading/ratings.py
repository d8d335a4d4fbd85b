"""What a rating in a file of reviews means: its rating index, or why its row is not used.

The rating index is the position of a number on its scale, or the class index of a text. `label_of`
has the class index of each rating index, `stars` the number that the features keep of it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from . import numerals

UNUSED = -1  # the rating index of what is no rating, and the class index of one of no class
OF_NO_CLASS = "rating of no class"  # the file has no fault: the user left this rating out
NO_RATING, NO_NUMBER, UNKNOWN = "no rating", "rating is not a number", "unknown rating"
Found = tuple[int, str]


@dataclass(frozen=True)
class Numbers:
    """Whole numbers on a scale from `lowest` on: ordered ratings."""

    lowest: int
    label_of: tuple[int, ...]

    @property
    def stars(self) -> Sequence[int]:
        return range(self.lowest, self.lowest + len(self.label_of))

    def find(self, raw: str) -> Found:
        """(rating index, why the row is not used; empty if it is)."""
        if numerals.is_missing(raw):
            return UNUSED, NO_RATING
        low, high = self.lowest, self.lowest + len(self.label_of) - 1
        rating = numerals.number(raw, low, high)
        if rating is None:
            return UNUSED, NO_NUMBER
        if rating == low - 0.5:
            rating = low  # the lowest of half stars: 0.5, 1, 1.5 ... 5
        if not low <= rating <= high:
            return UNUSED, f"rating outside {low}-{high}"
        middle = (low + high) / 2
        if rating == middle and middle % 1:
            return UNUSED, OF_NO_CLASS  # equally near to both sides
        index = _nearest(rating, middle) - low
        return index, OF_NO_CLASS if self.label_of[index] == UNUSED else ""

    def rating_index(self, label: int, star: int | None) -> int:
        """The rating index of a row of features; ValueError if star_rating and label_id do not
        match."""
        stars = self.stars
        if star not in stars or label < 0 or label != self.label_of[stars.index(star)]:
            raise ValueError(
                f"star_rating {star} must be from {stars[0]} to {stars[-1]}, and label_id {label} "
                "its class"
            )
        return stars.index(star)


@dataclass(frozen=True)
class Texts:
    """Texts, compared without case and spaces: ratings without an order."""

    index_of_text: Mapping[str, int]
    label_of: tuple[int, ...]

    @property
    def stars(self) -> Sequence[None]:
        return (None,) * len(self.label_of)

    def find(self, raw: str) -> Found:
        """(rating index, why the row is not used; empty if it is).

        What stands for a missing value, such as N/A, is a rating where a class has it.
        """
        for text in (raw, numerals.unwrapped(raw)):
            index = self.index_of_text.get(plain(text))
            if index is not None:
                return index, OF_NO_CLASS if index == UNUSED else ""
        return UNUSED, NO_RATING if numerals.is_missing(raw) else UNKNOWN

    def rating_index(self, label: int, star: int | None) -> int:
        """The rating index of a row of features; ValueError if star_rating and label_id do not
        match."""
        if star is not None or label not in self.label_of:
            raise ValueError(
                f"star_rating {star} must be empty, since ratings are texts, and label_id {label} "
                f"from 0 to {self.label_of[-1]}"
            )
        return label


Ratings = Numbers | Texts


class RatingLookup(dict[str, Found]):
    """A cache of what `find` returns for each rating as it is written in the file."""

    def __init__(self, ratings: Ratings) -> None:
        super().__init__()
        self._ratings = ratings

    def __missing__(self, raw: str) -> Found:
        found = self[raw] = self._ratings.find(raw)
        return found

    def is_rating(self, raw: str) -> bool:
        """Whether it is on the scale or among the texts, with a class or without one."""
        return self[raw][1] in ("", OF_NO_CLASS)


def plain(text: str) -> str:
    """Equal for texts that differ only in case or white space."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _nearest(rating: float, middle: float) -> int:
    """The nearest whole number on the same side of the scale's middle: 3.2 of 5 is above it."""
    if rating > middle:
        return max(floor(middle) + 1, round(rating))
    return min(ceil(middle) - 1, round(rating)) if rating < middle else round(rating)
