"""A file that is one JSON object with all reviews, and how to write a line for each of them."""

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from .commands import Filter

_Found = tuple[str, Filter | None]
_MOST_KEYS = 10  # around a list
_BY_PANDAS = "write it with DataFrame.to_json(…, orient='records', lines=True)"


def described(document: dict[str, Any], wanted: Sequence[str]) -> _Found | None:
    """(what it is and what to do, the command for that); None where it may be one review."""
    if any(_is_column(document.get(name)) for name in wanted):
        return f"is one JSON object with all values of a column in each key; {_BY_PANDAS}", None
    if set(wanted) & set(document):
        return None
    if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):
        return f"is one JSON object with a list for each row; {_BY_PANDAS}", None
    lists = list(_lists(document, ()))
    if lists:
        keys, _ = max(lists, key=lambda found: found[1])
        path = f"{''.join(f'[{json.dumps(key)}]' for key in keys)}[]"
        what = f"is one JSON object, whose {'.'.join(keys)!r} is a list of objects"
        return f"{what}; write a line for each", _jq(f".{path}")
    if len(document) > 1 and all(isinstance(value, dict) for value in document.values()):
        return "is one JSON object with an object for each row; write a line for each", _jq(".[]")
    return None


def _is_column(value: Any) -> bool:
    """Whether it has the values of a column: by their numbers, or in a list."""
    if isinstance(value, dict):
        return bool(value) and all(map(str.isdecimal, value))
    return isinstance(value, list) and len(value) > 1


def _lists(part: dict[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """(the keys that lead to it, its length) of each list of objects."""
    for key, value in part.items():
        if isinstance(value, dict) and len(keys) < _MOST_KEYS:
            yield from _lists(value, (*keys, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield (*keys, key), len(value)


def _jq(program: str) -> Filter:
    return Filter((shlex.join(["jq", "-c", program]),), ".jsonl")
