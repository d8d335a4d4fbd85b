"""Validates requests fast, by functions that are compiled from shapes.

Ten times as fast as botocore. What these functions do not accept may still be valid: `constraints`
decides, and has the messages.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import Shape

Accepts = Callable[[Any], bool]
_INTEGERS, _NUMBERS = (int,), (int, float)
_SCALARS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": _INTEGERS,
    "long": _INTEGERS,
    "float": _NUMBERS,
    "double": _NUMBERS,
}


def accepts(value: Any, shape: Shape) -> bool:
    """True if the value is valid. False if it may be invalid, which `constraints` decides."""
    return _function(shape)(value)


@cache
def compiled_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None if it is one of Java that Python cannot compile, such as one with
    \\p{L}."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


@cache
def _function(shape: Shape) -> Accepts:
    match shape.type_name:
        case "string":
            return _text(shape)
        case "structure" if not (shape.is_tagged_union or shape.is_document_type):
            return _structure(shape)
        case "list":
            return _list(shape)
        case "map":
            return _map(shape)
        case "blob":
            return lambda value: type(value) is bytes and _fits(len(value), shape)
        case kind if kind in _SCALARS:
            types = _SCALARS[kind]
            return lambda value: type(value) in types and _fits(value, shape)
    return lambda _: False  # of a timestamp, for instance, which has many forms


def _fits(size: float, shape: Shape) -> bool:
    return bool(shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size))


def _text(shape: Shape) -> Accepts:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))
    allowed = frozenset(shape.metadata.get("enum") or ())
    found = compiled_pattern(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    matches = found.fullmatch if found else None

    def is_accepted(value: Any) -> bool:
        return (
            type(value) is str
            and least <= len(value) <= most
            and (not allowed or value in allowed)
            and (matches is None or matches(value) is not None)
        )

    return is_accepted


def _structure(shape: Shape) -> Accepts:
    required = frozenset(shape.required_members)
    # Compiled when they are needed, because a shape may contain itself.
    members: dict[str, Accepts] = {}

    def is_accepted(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, item in value.items():
            if name not in members:
                if name not in shape.members:
                    return False
                members[name] = _function(shape.members[name])
            if not members[name](item):
                return False
        return True

    return is_accepted


def _list(shape: Shape) -> Accepts:
    def is_accepted(value: Any) -> bool:
        return (
            type(value) is list
            and _fits(len(value), shape)
            and all(map(_function(shape.member), value))
        )

    return is_accepted


def _map(shape: Shape) -> Accepts:
    def is_accepted(value: Any) -> bool:
        return (
            type(value) is dict
            and _fits(len(value), shape)
            and all(map(_function(shape.key), value))
            and all(map(_function(shape.value), value.values()))
        )

    return is_accepted
