"""How ministack, which has no interface for plug-ins, is patched: by the rows of one table.

A row replaces one attribute of a module, or one entry of a table in it, or registers a new entry.
Before anything is replaced, all that the rows name is looked up, so that a ministack of another
version is refused with the list of what has moved, and not in the midst of an execution.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

Response = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Response]]
_STEP = re.compile(r"\.?(\w+)|\[([^]]+)\]")
_EVERY = "*"


class PatchError(RuntimeError):
    """The installed ministack is not the version that the patches are written for."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One row of the table.

    `target` is a place below `ministack`, such as `services.stepfunctions:_run_execution`,
    `app:SERVICE_HANDLERS[s3]` or, for every entry, `app:SERVICE_HANDLERS[*]`.
    `make(ministack, original)` returns what replaces it; for every entry it gets the key, too.
    `uses` are other private names that the replacement needs. `upstream` is the issue or pull
    request of ministack, or the text of one. `test` shows what the patch does: `file.py::function`.
    """

    target: str
    make: Callable[..., Any]
    why: str
    upstream: str
    test: str
    uses: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)  # further arguments of `make`
    is_new: bool = False  # ministack has no such entry; `make` gets no original


def names(module: str, *attributes: str) -> tuple[str, ...]:
    """Names in one module, for `uses`."""
    return tuple(f"{module}:{attribute}" for attribute in attributes)


@dataclass(frozen=True)
class _Place:
    holder: Any
    key: str
    is_entry: bool

    def read(self) -> Any:
        """The present value. Raises LookupError or AttributeError if there is none."""
        return self.holder[self.key] if self.is_entry else getattr(self.holder, self.key)

    def write(self, value: Any) -> None:
        if self.is_entry:
            self.holder[self.key] = value
        else:
            setattr(self.holder, self.key, value)


def _places(target: str) -> Iterator[tuple[_Place, str]]:
    """The places of a target, each with the key that `*` stands for, which is empty without a
    `*`."""
    module, _, path = target.partition(":")
    *before, last = [(name, entry) for name, entry in _STEP.findall(path)]
    holders = [(import_module(f"ministack.{module}"), "")]
    for name, entry in before:
        holders = [
            (place.read(), every or key)
            for holder, key in holders
            for place, every in _step(holder, name, entry)
        ]
    for holder, key in holders:
        for place, every in _step(holder, *last):
            yield place, every or key


def _step(holder: Any, name: str, entry: str) -> Iterator[tuple[_Place, str]]:
    if entry == _EVERY:
        yield from ((_Place(holder, key, is_entry=True), key) for key in list(holder))
    else:
        yield _Place(holder, name or entry, is_entry=bool(entry)), ""


def find(target: str) -> list[Any]:
    """The values that the installed ministack has at a target: one, or all of a `*`; empty if it
    has none."""
    try:
        return [place.read() for place, _ in _places(target)]
    except (ImportError, LookupError, AttributeError, TypeError):
        return []


def _is_there(target: str) -> bool:
    return bool(find(target))


# -- a table of patches --------------------------------------------------------------------------


def moved(table: Iterable[Patch]) -> list[str]:
    """A sentence for each target that the installed ministack does not have. Nothing may be patched
    yet."""
    found, registered = [], set[str]()
    for row in table:
        by = row.make.__name__
        if row.is_new:
            registered.add(row.target)
            if _is_there(row.target):
                found.append(f"{row.target}, which ministack has now, and {by} registers")
            if not _is_there(_table_of(row.target)):
                found.append(f"{_table_of(row.target)}, in which {by} registers {row.target}")
        elif row.target not in registered and not _is_there(row.target):
            found.append(f"{row.target}, which {by} replaces ({row.test})")
        for used in row.uses:
            if used not in registered and not _is_there(used):
                found.append(f"{used}, which {by} uses for {row.target}")
    return found


def _table_of(target: str) -> str:
    return target.rpartition("[")[0]


def apply(table: Iterable[Patch], ministack: Any) -> None:
    """Applies the rows in their order: a later one gets what an earlier one has made."""
    for row in table:
        for place, key in list(_places(row.target)):
            if row.is_new:
                place.write(row.make(ministack, **row.options))
            elif key:
                place.write(row.make(ministack, place.read(), key, **row.options))
            else:
                place.write(row.make(ministack, place.read(), **row.options))
