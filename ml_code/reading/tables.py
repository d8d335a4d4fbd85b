"""A table of reviews in a file: its columns, and their values some rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

BATCH_ROWS = 20_000


class NotText(str):
    """How a value is written that is no text: an object, a list, or bytes that are not UTF-8."""

    __slots__ = ()


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read, by where it begins."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows of a table: each has one entry in `lines`, and in each list of `columns`.

    `lines` are the numbers of the lines where the rows begin, from 1, with the header and blank
    lines; of Parquet, which has no lines, those of the rows. `position` is how many bytes of the
    file are read.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    faults: Sequence[Fault]
    position: int


@dataclass(frozen=True)
class Witness:
    """A column whose values tell rows from anything else, such as the rating; see repairs.py."""

    column: str
    is_valid: Callable[[str], bool]


class Table(Protocol):
    """One file. Raises UserError, with the file's name, when it cannot be read."""

    unit: str  # "line" or "row": what the numbers of `Batch.lines` count

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns, in order."""

    def read(self, names: Sequence[str], witness: Witness | None = None) -> Iterator[Batch]:
        """The values of these columns; of one that is not there, empty texts."""
