"""A table of reviews in a file: its columns, and their values some rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

BATCH_ROWS = 20_000


class NotText(str):
    """An object, a list, or bytes that are not UTF-8, written as a text."""

    __slots__ = ()


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read, and the line where it begins."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows of a table: each has one entry in `lines`, and in every list of `columns`.

    `lines` are the numbers of the lines where rows begin, from 1; the header and blank lines count.
    For Parquet, which has no lines, they are the numbers of the rows. `position` is how many bytes
    of the file have been read.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    faults: Sequence[Fault]
    position: int


@dataclass(frozen=True)
class CheckedColumn:
    """A column, such as the rating, by whose values repairs.py recognises a row."""

    column: str
    is_valid: Callable[[str], bool]


class Table(Protocol):
    """One file. Raises UserError, with the file's name, when it cannot be read."""

    unit: str  # "line" or "row": what the numbers of `Batch.lines` count

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns, in order."""

    def read(self, names: Sequence[str], checked: CheckedColumn | None = None) -> Iterator[Batch]:
        """The values of these columns; empty texts for a column that is not there."""
