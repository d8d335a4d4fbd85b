"""Splits the lines of a delimited file into rows: each row is read, or is a fault.

The csv module reads nearly all of them. A row that it cannot read, that has too many fields or that
takes three lines or more is given to repairs.py.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .repairs import MOST_LINES, Repairer, Row, trimmed
from .tables import BATCH_ROWS, CheckedColumn, Fault

NO_END, TOO_MANY = "a quote out of place", "more fields than the header"
_PIECE_LINES = 4_000  # at a time: the rest of them are copied after each repaired row
_LONGEST_ROW = 1 << 22  # characters; a longer one has a stray quote
Part = tuple[list[Row], list[int], list[Fault]]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How rows are written: whether quotes have a meaning, and have spaces in front."""

    delimiter: str
    has_quotes: bool = True
    has_spaces: bool = False


class Scanner:
    """Reads rows as wide as the header; narrower ones are filled with empty fields."""

    def __init__(
        self,
        dialect: Dialect,
        header: Sequence[str],
        checked: CheckedColumn | None,
    ) -> None:
        self._width = len(header)
        index = header.index(checked.column) if checked and checked.column in header else None
        is_valid = checked.is_valid if checked else _anything
        self._repairer = Repairer(dialect.delimiter, self._width, index, is_valid)
        self._format: dict[str, Any] = {
            "delimiter": dialect.delimiter,
            "quoting": csv.QUOTE_MINIMAL if dialect.has_quotes else csv.QUOTE_NONE,
            "skipinitialspace": dialect.has_spaces,
            "strict": True,
        }
        self._lines = list[str]()  # not yet read
        self._first = 0  # the number of the first of them
        self._suspect = 0  # lines before this one may be the rest of a row that is a fault
        self._rows, self._numbers, self._faults = list[Row](), list[int](), list[Fault]()

    def batches(self, blocks: Iterator[list[str]], begin: int) -> Iterator[Part]:
        """(rows, the line where each begins, faults) of all lines after the first `begin`.

        Line numbers start at 1.
        """
        skip, has_more = begin, True
        pieces = _pieces(blocks)
        while has_more:
            block = next(pieces, None)
            has_more = block is not None
            self._lines += block or []
            if skip:
                skip -= self._drop(min(skip, len(self._lines)))
            while self._lines and not self._scan(is_last=not has_more):
                pass
            if len(self._rows) + len(self._faults) >= BATCH_ROWS or not has_more:
                yield from self._parts(is_last=not has_more)

    def _parts(self, *, is_last: bool) -> Iterator[Part]:
        """Yields whole batches; the remaining rows wait for more."""
        count, faults = len(self._rows), self._faults
        if count > BATCH_ROWS and not is_last:
            count -= count % BATCH_ROWS
        for at in range(0, max(count, min(1, len(faults))), BATCH_ROWS):
            end = min(count, at + BATCH_ROWS)
            yield self._rows[at:end], self._numbers[at:end], faults
            faults = []
        self._rows, self._numbers, self._faults = self._rows[count:], self._numbers[count:], []

    def _drop(self, count: int) -> int:
        del self._lines[:count]
        self._first += count
        return count

    def _scan(self, *, is_last: bool) -> bool:
        """Reads the lines there are; False when it has to start again after a repaired row."""
        width, rows, numbers, first = self._width, self._rows, self._numbers, self._first
        quick = max(0, self._suspect - first)
        start = 0
        reader = csv.reader(self._lines, **self._format)
        try:
            for row in reader:
                end = reader.line_num
                if len(row) == width and end - start < 3 and start >= quick:
                    rows.append(row)
                    numbers.append(first + start + 1)
                elif row and not self._take(row, start, end):
                    return self._repair(start, end, self._reason(row), is_last=is_last)
                start = end
        except csv.Error:
            return self._repair(start, reader.line_num, NO_END, is_last=is_last)
        self._drop(start)
        return True

    def _take(self, row: Row, start: int, end: int) -> bool:
        """Adds an unusual row; False when it has to be repaired."""
        lines = self._lines[start:end]
        if self._repairer.swallows(lines) or self._is_rest(start, lines):
            return False
        if len(trimmed(row, self._width)) > self._width:
            return False
        self._add(row, start)
        return True

    def _reason(self, row: Row) -> str:
        return TOO_MANY if len(row) > self._width else NO_END

    def _is_rest(self, start: int, lines: Sequence[str]) -> bool:
        """Whether this is the rest of a text whose quotes could not be read."""
        return self._first + start < self._suspect and "".join(lines).count('"') % 2 == 1

    def _repair(self, start: int, end: int, reason: str, *, is_last: bool) -> bool:
        """Repairs the row at `start`, or makes it a fault, and drops its lines.

        Returns True when that takes lines that are not read yet: then nothing is dropped.
        """
        wanted = max(start + MOST_LINES, end + 1)
        if not is_last and len(self._lines) < wanted:
            self._drop(start)
            if sum(map(len, self._lines)) < _LONGEST_ROW:
                return True
            end, start = end - start, 0
        is_suspect = self._first + start < self._suspect
        lines = self._lines[start : start + MOST_LINES]
        found = None if is_suspect else self._repairer.repair(lines)
        if found is not None:
            self._add(found.row, start)
            self._drop(start + found.lines)
            return False
        self._faults.append(Fault(self._first + start + 1, reason))
        if reason == NO_END:
            is_open = not is_suspect and self._lines[start].count('"') % 2 == 1
            self._suspect = self._first + (max(end, start + MOST_LINES) if is_open else end)
        self._drop(end if reason == TOO_MANY else start + 1)
        return False

    def _add(self, row: Row, start: int) -> None:
        self._rows.append(row + [""] * (self._width - len(row)))
        self._numbers.append(self._first + start + 1)


def _pieces(blocks: Iterator[list[str]]) -> Iterator[list[str]]:
    for block in blocks:
        for at in range(0, len(block), _PIECE_LINES):
            yield block[at : at + _PIECE_LINES]


def _anything(_: str) -> bool:
    return True
