"""Ratings that arrive after the predictions, as `reviews feedback` uploads them.

A line is a JSON object with the class, and either `text`, a hash of the text, or `key`, the
InferenceId with which the endpoint was asked; of a request of several texts, `ID/NUMBER`, counted
from 0. Texts themselves are not stored.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .text import cleaned

_TEXT, _KEY, _CLASS = "text", "key", "class"


@dataclass(frozen=True, kw_only=True)
class Rating:
    """The true class of a prediction, by name. The identity is made by `identity_of_text` or
    `identity_of_key`."""

    identity: str
    name: str


def identity_of_text(text: str) -> str:
    """A hash of the cleaned text, so that a text in a file and in a request have the same
    identity."""
    return f"{_TEXT}:{hashlib.sha256(cleaned(text).encode(errors='replace')).hexdigest()}"


def identity_of_key(key: str) -> str:
    return f"{_KEY}:{key}"


def write_lines(ratings: Iterable[Rating]) -> Iterator[str]:
    for rating in ratings:
        kind, _, value = rating.identity.partition(":")
        yield json.dumps({kind: value, _CLASS: rating.name}, ensure_ascii=False) + "\n"


def read_line(line: str) -> Rating | None:
    """The rating of a line; None if `write_lines` cannot have made it."""
    try:
        found = json.loads(line)
        (kind,) = found.keys() & {_TEXT, _KEY}
        return Rating(identity=f"{kind}:{found[kind]}", name=str(found[_CLASS]))
    except (AttributeError, KeyError, ValueError):
        return None
