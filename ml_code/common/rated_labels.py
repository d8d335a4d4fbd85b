"""The classes with the ratings of which they are made, as reading/classes.py reads them."""

from dataclasses import dataclass

from common.labels import Labels
from reading.classes import parse as parse_classes
from reading.ratings import Ratings

BY_STARS = "negative:-1=1,2/neutral:0=3/positive:1=4,5"


@dataclass(frozen=True, kw_only=True)
class RatedLabels(Labels):
    """The classes, with the ratings of which they are made."""

    ratings: Ratings

    def rating_index(self, label: int, star: int | None) -> int:
        """The rating index of a row of features; ValueError for values that do not belong
        together."""
        return self.ratings.rating_index(label, star)

    @property
    def features(self) -> list[tuple[int | None, int, int | None]]:
        """(sentiment, label_id, star_rating) of each rating index; None: no value."""
        return [
            (self.sentiments[label] if self.sentiments else None, label, star)
            for label, star in zip(self.ratings.label_of, self.ratings.stars, strict=True)
        ]


def parse(argument: str) -> RatedLabels:
    """Raises UserError, which says what is wrong with the argument."""
    found = parse_classes(argument)
    return RatedLabels(names=found.names, sentiments=found.sentiments, ratings=found.ratings)
