"""The JSONPath expressions of a transform job's filters.

SageMaker has a part of JSONPath, "Supported JSONPath Operators" in
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html: the root,
names, wildcards, lists of names or indexes, slices. Refused: a slice with an end, which that page
includes in one place ("$[1:4] specifies the second through fifth columns") and excludes in another
(its operator is an array's slice()).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

_NAME = r"\.(?P<name>[^.\[\]'*,:\s]+)"
_WILDCARD = r"(?P<wildcard>\.\*|\.?\[\*\])"
_NAMES = r"\.?\[(?P<names>'[^']*'(?:\s*,\s*'[^']*')*)\]"
_INDEXES = r"\.?\[(?P<indexes>[-\d:,\s]+)\]"
_STEP = re.compile("|".join((_NAME, _WILDCARD, _NAMES, _INDEXES)))
_INDEX = re.compile(r"-?\d+")
_SLICE = re.compile(r"(-?\d*):(-?\d*)")

Step = Callable[[Any], Any]


class PathError(ValueError):
    """An expression that is none of SageMaker's, or that finds nothing in a record."""


@dataclass(frozen=True)
class JsonPath:
    """`select` applies the expression to a value that json or csv has read."""

    text: str
    steps: tuple[tuple[str, Any], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises PathError for what SageMaker does not document."""
        if not text.startswith("$"):
            raise PathError(f"{text!r} does not begin with $")
        steps, position = [], 1
        while position < len(text):
            found = _STEP.match(text, position)
            if found is None:
                raise PathError(
                    f"{text!r} is no JSONPath of SageMaker's from {text[position:]!r} on"
                )
            steps.append(_step(text, found))
            position = found.end()
        if any(kind == "names" and len(names) > 1 for kind, names in steps[:-1]):
            raise PathError(f"{text!r}: nothing can follow a list of names")
        return cls(text, tuple(steps))

    @property
    def is_whole(self) -> bool:
        return not self.steps

    @property
    def is_by_index(self) -> bool:
        """Whether it is an expression for a row: one list of indexes."""
        return [kind for kind, _ in self.steps] in ([], ["indexes"])

    def select(self, value: Any) -> Any:
        """Raises PathError for a name or an index that the value does not have."""
        return self._select(value, self.steps)

    def _select(self, value: Any, steps: Sequence[tuple[str, Any]]) -> Any:
        if not steps:
            return value
        (kind, argument), rest = steps[0], steps[1:]
        if kind == "names":
            found = {name: self._named(value, name) for name in argument}
            return found if len(found) > 1 else self._select(found[argument[0]], rest)
        if kind == "wildcard":
            values = list(value.values()) if isinstance(value, dict) else self._array(value)
            return [self._select(item, rest) for item in values]
        if len(argument) == 1 and isinstance(argument[0], int):
            return self._select(self._item(self._array(value), argument[0]), rest)
        return [self._select(item, rest) for item in self._items(self._array(value), argument)]

    def _named(self, value: Any, name: str) -> Any:
        if not isinstance(value, dict) or name not in value:
            raise PathError(f"there is no {name!r} for {self.text!r}")
        return value[name]

    def _array(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise PathError(f"there is no array for {self.text!r}")
        return value

    def _items(self, array: list[Any], parts: Sequence[int | slice]) -> list[Any]:
        found: list[Any] = []
        for part in parts:
            found += array[part] if isinstance(part, slice) else [self._item(array, part)]
        return found

    def _item(self, array: list[Any], index: int) -> Any:
        if not -len(array) <= index < len(array):
            raise PathError(f"{self.text!r} goes beyond the {len(array)} values that there are")
        return array[index]


def _step(text: str, found: re.Match[str]) -> tuple[str, Any]:
    if found["wildcard"]:
        return "wildcard", None
    if found["name"]:
        return "names", (found["name"],)
    if found["names"]:
        return "names", tuple(re.findall(r"'([^']*)'", found["names"]))
    return "indexes", tuple(_index(text, part.strip()) for part in found["indexes"].split(","))


def _index(text: str, part: str) -> int | slice:
    if _INDEX.fullmatch(part):
        return int(part)
    limits = _SLICE.fullmatch(part)
    if limits is None:
        raise PathError(f"{text!r}: {part!r} is no index and no slice")
    start, end = limits.groups()
    if end:
        raise PathError(
            f"{text!r}: a slice with an end is not supported by localcloud, since AWS documents it "
            "both with and without its last element; name each index"
        )
    return slice(int(start) if start else None, None)
