"""Reads rows whose quotes or delimiters are not those of RFC 4180, where the result is certain.

Three variants are known: quotes and delimiters escaped by a backslash, as Spark and MySQL write
them; a space in front of an opening quote; and quotes in a field that are not doubled. A result
counts when it has exactly the columns of the header, and does not contain other rows.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 12  # of a row that is repaired
_MANY_INNER_LINES = 10
_MOST_CHARACTERS = 1 << 20  # of such a row
_ESCAPE = re.compile(r'\\([\\"])')
Row = list[str]


@dataclass(frozen=True)
class Repair:
    """The row, and how many lines it takes."""

    row: Row
    lines: int


class Repairer:
    """Reads rows of `width` columns from lines that the csv module cannot read.

    `is_valid` is whether the field at `index` is a value of its column, for example a rating.
    """

    def __init__(
        self, delimiter: str, width: int, index: int | None, is_valid: Callable[[str], bool]
    ) -> None:
        self._delimiter, self._width = delimiter, width
        self._index, self._is_valid = index, is_valid
        end = rf"(?={re.escape(delimiter)}|\Z)"
        # A quote ends a field only before a delimiter or at the end.
        quoted = rf' *"([^"]*(?:"(?! *{end})[^"]*)*)" *{end}'
        plain = rf"([^{re.escape(delimiter)}\r\n]*){end}"
        self._field = re.compile(f"{quoted}|{plain}")

    def repair(self, lines: Sequence[str]) -> Repair | None:
        """The first row of `lines`, of which only a few are read; None if it is not certain."""
        lines = lines[:MOST_LINES]
        if sum(map(len, lines)) > _MOST_CHARACTERS:
            return None
        if any("\\" in line for line in lines):
            escaped = [_ESCAPE.sub(_rfc_escape, line) for line in lines]
            found = self._by_csv(escaped, lines)
            if found is not None:
                return found
        if f"\\{self._delimiter}" in lines[0]:
            found = self._by_csv(lines, lines, escapechar="\\")
            if found is not None and self._has_value(found.row):
                return found
        if f'{self._delimiter} "' in lines[0]:
            found = self._by_csv(lines, lines, skipinitialspace=True)
            if found is not None:
                return found
        return self._lenient(lines)

    def swallows(self, lines: Sequence[str]) -> bool:
        """Whether the lines of one row look like several rows, after a stray quote."""
        inner = lines[1:-1]
        if self._width < 2 or not inner:
            return False
        alike = sum(map(self._is_row, inner))
        if alike < 0.8 * len(inner):
            return False
        is_row = self._is_row(lines[0]) and self._has_numbers_alike(lines[0], inner)
        return is_row or (len(inner) >= _MANY_INNER_LINES)

    def _has_numbers_alike(self, first: str, inner: Sequence[str]) -> bool:
        """Whether the rows have numbers where the first one has, such as identifiers.

        Where no column is checked, a line of a text that has as many delimiters as a row has is
        known by that.
        """
        if self._index is not None:
            return True
        numbers = [at for at, field in enumerate(self._fields_of(first)) if _is_number(field)]
        rows = [self._fields_of(line) for line in inner if self._is_row(line)]
        return bool(numbers) and all(_is_number(row[at]) for row in rows for at in numbers)

    def _by_csv(self, lines: Sequence[str], originals: Sequence[str], **more: Any) -> Repair | None:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True, **more)
        try:
            row = trimmed(next(reader, []), self._width)
        except csv.Error:
            return None
        taken = reader.line_num
        if len(row) != self._width or self.swallows(originals[:taken]):
            return None
        return Repair(row, taken)

    def _lenient(self, lines: Sequence[str]) -> Repair | None:
        """A row with quotes that are not doubled, in one line or in a few."""
        text = ""
        for count, line in enumerate(lines, start=1):
            if count > 1 and self._is_row(line) and line.count('"') % 2 == 0:
                return None
            text += line
            row = self._fields(text.rstrip("\r\n"))
            if row is not None and len(row) == self._width and self._is_certain(text, row):
                return Repair(row, count)
        return None

    def _is_certain(self, text: str, row: Row) -> bool:
        """Whether the row is read right: an odd number of quotes may be half of a text."""
        if text.count('"') % 2 == 0:
            return self._has_value(row)
        return self._width > 1 and self._index is not None and self._is_valid(row[self._index])

    def _is_row(self, line: str) -> bool:
        if line.count(self._delimiter) < self._width - 1:
            return False
        row = self._fields(line.rstrip("\r\n"))
        if row is None or len(row) != self._width:
            return False
        return self._has_value(row)

    def _has_value(self, row: Row) -> bool:
        """Whether the checked column, if there is one, has a value of its own."""
        return self._index is None or self._is_valid(row[self._index])

    def _fields_of(self, line: str) -> Row:
        return self._fields(line.rstrip("\r\n")) or []

    def _fields(self, text: str) -> Row | None:
        fields, at = [], 0
        while at <= len(text):
            found = self._field.match(text, at)
            if found is None:
                return None
            quoted = found[1]
            fields.append(found[2] if quoted is None else quoted.replace('""', '"'))
            at = found.end() + 1  # after the delimiter
        return trimmed(fields, self._width)


def trimmed(row: Row, width: int) -> Row:
    """The row without empty fields beyond the columns of the header."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    return row


def _is_number(field: str) -> bool:
    return field.strip().replace(".", "", 1).isdigit()


def _rfc_escape(found: re.Match[str]) -> str:
    return '""' if found[1] == '"' else "\\"
