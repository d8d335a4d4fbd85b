"""The classes, and which ratings are of which: what --labels says.

negative:-1=1,2/neutral:0=3/positive:1=4,5
bad=0..40/good=60..100
schlecht:-1/gut:1=gut,sehr%20gut/=mittel

A part is a class, in the order of label_id: its name, its sentiment if the classes have one, and
its ratings; without these, its name is its rating. A part without a name has ratings whose rows
are left out. Ratings are whole numbers, and numbers between those of classes are left out too; or
they are texts, percent-encoded. So the argument has no space and nothing that a shell would
interpret.
"""

import re
from dataclasses import dataclass
from typing import NoReturn, TypeVar
from urllib.parse import unquote

from contract.labels import MOST_NUMBERS

from .errors import UserError
from .ratings import UNUSED, Numbers, Ratings, Texts, plain

_EXAMPLE = "negative:-1=1,2/neutral:0=3/positive:1=4,5"
_PART = re.compile(
    r"(?=.)((?P<name>[a-z]\w*)(:(?P<sentiment>-?\d+))?)?(=(?P<ratings>[^=/]+))?",
    re.ASCII | re.IGNORECASE,
)
_NUMBERS = re.compile(r"(-?\d+)(?:\.\.(-?\d+))?", re.ASCII)
Rating = TypeVar("Rating", int, str)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """The names of the classes, in the order of label_id; their sentiments, if any; and their
    ratings."""

    names: tuple[str, ...]
    sentiments: tuple[int, ...]
    ratings: Ratings


def parse(argument: str) -> Classes:
    """Raises UserError, which says what is wrong with the argument."""
    parts = [_part(argument, text) for text in argument.split("/")]
    classes = [part for part in parts if part["name"]]
    names = tuple(part["name"] for part in classes)
    if len(names) < 2 or len(set(names)) < len(names):
        _refuse(argument, "it must name two classes or more, each once")
    if len([part for part in classes if part["sentiment"]]) not in (0, len(names)):
        _refuse(argument, "either all classes have a sentiment or none")
    ratings = [(part["ratings"] or part["name"]).split(",") for part in parts]
    labels = [names.index(part["name"]) if part["name"] else UNUSED for part in parts]
    try:
        sentiments = tuple(int(part["sentiment"]) for part in classes if part["sentiment"])
        found = _ratings(ratings, labels)
    except ValueError as error:
        _refuse(argument, str(error))
    return Classes(names=names, sentiments=sentiments, ratings=found)


def _part(argument: str, text: str) -> dict[str, str]:
    found = _PART.fullmatch(text)
    if found is None:
        _refuse(argument, f"{text!r} is not like a class of {_EXAMPLE}")
    return found.groupdict(default="")


def _ratings(groups: list[list[str]], labels: list[int]) -> Ratings:
    """`labels` has the class of each group. Raises ValueError."""
    if not all(_NUMBERS.fullmatch(rating) for group in groups for rating in group):
        texts = [[plain(unquote(rating)) for rating in group] for group in groups]
        return Texts(_by_rating(texts, labels), tuple(range(max(labels) + 1)))
    numbers = [[number for rating in group for number in _range(rating)] for group in groups]
    label_of = _by_rating(numbers, labels)
    scale = _scale(min(label_of), max(label_of))
    return Numbers(scale[0], tuple(label_of.get(number, UNUSED) for number in scale))


def _range(rating: str) -> range:
    first, _, last = rating.partition("..")
    return _scale(int(first), int(last or first))


def _scale(first: int, last: int) -> range:
    """Raises ValueError for a long scale before it is made: it may not fit into the memory."""
    if last < first:
        raise ValueError(f"from {first} to {last} is no number")
    if last - first >= MOST_NUMBERS:
        raise ValueError(f"from {first} to {last} are more than {MOST_NUMBERS} numbers")
    return range(first, last + 1)


def _by_rating(groups: list[list[Rating]], labels: list[int]) -> dict[Rating, int]:
    label_of: dict[Rating, int] = {}
    for group, label in zip(groups, labels, strict=True):
        for rating in group:
            if rating in label_of:
                raise ValueError(f"the rating {rating!r} is there twice")
            label_of[rating] = label
    return label_of


def _refuse(argument: str, reason: str) -> NoReturn:
    raise UserError(f"--labels {argument!r}: {reason}")
