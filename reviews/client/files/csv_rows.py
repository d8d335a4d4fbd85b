"""Writes CSV whose rows end in a line feed, whatever is in their fields."""

import csv
from collections.abc import Iterable
from typing import IO, Any

_END = "\r\n"


class CsvRows:
    """A csv.writer that also quotes a field with a carriage return, which readers take for the end
    of a row: csv.writer quotes only the characters of its own line end."""

    def __init__(self, target: IO[str]) -> None:
        self._target = target
        self._writer = csv.writer(self, lineterminator=_END)

    def add(self, fields: Iterable[Any]) -> None:
        self._writer.writerow(fields)

    def write(self, row: str) -> int:
        """Called by csv.writer, once for a row."""
        return self._target.write(row.removesuffix(_END) + "\n")
