"""The classes of reviews, and how they are passed to the scripts."""

import re
from collections.abc import Iterable, Sequence

from contract.features import LABEL_ID, SENTIMENT
from contract.labels import MOST_NUMBERS
from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings import ratings
from infra.settings.checks import check_range
from infra.settings.ratings import Rating

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.IGNORECASE | re.ASCII)
_MOST_CLASSES = 20
_LONGEST_WORD = 256 - len("--labels=")  # of a processing job
_LONGEST_ARGUMENT = 2000  # a hyperparameter may have 2,500


@settings_group
class Label:
    """A class of reviews."""

    name: str
    ratings: Sequence[Rating] | range = ()  # empty: its name
    sentiment: int | None = None  # the class as a number, in features and answers

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            allowed = "a letter and up to 29 letters, digits and underscores, all of ASCII"
            raise SettingsError(name="label.name", value=self.name, allowed=allowed)
        if self.sentiment is not None:
            check_range(f"label.sentiment of {self.name}", self.sentiment, -1000, 1000)
        ratings.check(f"label.ratings of {self.name}", self.ratings)

    def __str__(self) -> str:
        sentiment = "" if self.sentiment is None else f":{self.sentiment}"
        return f"{self.name}{sentiment}{ratings.written(self.ratings)}"


@settings_group
class Labels:
    """The classes, each a `Label` with a name, its ratings and, if all have one, a sentiment.

    Ratings are whole numbers, and then ordered, or texts, whose case and spaces do not matter. Rows
    of numbers between those of the classes are left out (docs/bring-your-own.md).
    """

    classes: Sequence[Label] = (  # in the order of their label_ids
        Label(name="negative", ratings=(1, 2), sentiment=-1),
        Label(name="neutral", ratings=(3,), sentiment=0),
        Label(name="positive", ratings=(4, 5), sentiment=1),
    )
    left_out: Sequence[Rating] = ()  # more ratings whose rows are not used

    def __post_init__(self) -> None:
        ratings.check("labels.left_out", self.left_out)
        if not 2 <= len(self.classes) <= _MOST_CLASSES:
            allowed = f"2 to {_MOST_CLASSES} classes"
            raise SettingsError(name="labels.classes", value=len(self.classes), allowed=allowed)
        self._check_once("classes", self.names, "each name once, whatever its case")
        if 0 < len(self.sentiments) < len(self.classes):
            allowed = "one of each class, or none"
            raise SettingsError(name="label.sentiment", value=self.sentiments, allowed=allowed)
        self._check_once("sentiments", map(str, self.sentiments), "a number of its own for each")
        self._check_kind()
        for word in self.words:
            _check_length(word, _LONGEST_WORD)
        _check_length(self.argument, _LONGEST_ARGUMENT)

    @property
    def names(self) -> list[str]:
        return [label.name for label in self.classes]

    @property
    def sentiments(self) -> list[int]:
        return [label.sentiment for label in self.classes if label.sentiment is not None]

    @property
    def feature(self) -> str:
        """The feature that has the class of a review: the sentiment, or else the label id."""
        return (SENTIMENT if self.sentiments else LABEL_ID).name

    @property
    def are_ordered(self) -> bool:
        return isinstance(self._ratings()[0], int)

    @property
    def words(self) -> list[str]:
        """A word for each class, as ml_code/reading/classes.py parses it; without characters
        that a shell interprets."""
        return [*map(str, self.classes), *filter(None, [ratings.written(self.left_out)])]

    @property
    def argument(self) -> str:
        """All words in one argument."""
        return "/".join(self.words)

    def _ratings(self) -> list[Rating]:
        return [
            *(rating for label in self.classes for rating in label.ratings or [label.name]),
            *self.left_out,
        ]

    def _check_kind(self) -> None:
        found = self._ratings()
        numbers = [rating for rating in found if isinstance(rating, int)]
        if len(numbers) not in (0, len(found)):
            allowed = "whole numbers alone, or texts alone"
            raise SettingsError(name="label.ratings", value=found, allowed=allowed)
        if numbers and max(numbers) - min(numbers) >= MOST_NUMBERS:
            allowed = f"at most {MOST_NUMBERS} numbers from the lowest to the highest"
            raise SettingsError(
                name="label.ratings", value=(min(numbers), max(numbers)), allowed=allowed
            )
        self._check_once("ratings", map(str, found), "each rating once, whatever its case")

    def _check_once(self, what: str, texts: Iterable[str], allowed: str) -> None:
        seen = set()
        for text in texts:
            plain = " ".join(text.split()).casefold()
            if plain in seen:
                raise SettingsError(name=f"labels.{what}", value=text, allowed=allowed)
            seen.add(plain)


def _check_length(argument: str, longest: int) -> None:
    if len(argument) > longest:
        allowed = f"what makes an argument of at most {longest} characters"
        raise SettingsError(name="labels", value=argument, allowed=allowed)
