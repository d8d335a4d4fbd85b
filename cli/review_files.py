"""CSV files of reviews, read and written row by row."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cli.errors import InvalidArgument
from infra.settings import Columns


@dataclass(frozen=True, kw_only=True)
class Review:
    """A row with the text that the model is asked about; empty where there is none."""

    fields: dict[str, str]
    text: str


class ReviewFile:
    """A CSV file with a header. Raises InvalidArgument for one that is none."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path, self._columns = path, columns
        self.header = self._read_header()
        if columns.text not in self.header:
            raise InvalidArgument(
                f"{path}: there is no column {columns.text!r}; it has {', '.join(self.header)}"
            )

    def __iter__(self) -> Iterator[Review]:
        with self._open() as file:
            reader = csv.DictReader(file, restkey="", restval="")
            for row in reader:
                if "" in row and "" not in self.header:
                    raise InvalidArgument(
                        f"{self._path}: line {reader.line_num} has more fields than the header"
                    )
                yield Review(fields=row, text=self._text(row))

    def count(self) -> int:
        return sum(1 for _ in self)

    def _text(self, row: dict[str, str]) -> str:
        title = row.get(self._columns.title, "") if self._columns.title else ""
        return joined(title, row[self._columns.text]).strip()

    def _read_header(self) -> list[str]:
        if not self._path.is_file():
            raise InvalidArgument(f"{self._path}: there is no such file")
        try:
            with self._open() as file:
                header = next(csv.reader(file), [])
                for _ in file:  # so that nobody is asked about half a file
                    pass
        except UnicodeDecodeError as error:
            raise InvalidArgument(f"{self._path}: not UTF-8 at byte {error.start}") from error
        return header

    def _open(self) -> IO[str]:
        return self._path.open(encoding="utf-8-sig", newline="")


def joined(title: str, body: str) -> str:
    """As ml_code/texts.py joins them before the training."""
    title = title.strip()
    if not title:
        return body
    return f"{title}{'' if title[-1] in '.!?' else '.'} {body}"


def writer(file: IO[str], header: list[str]) -> Any:
    """Of rows with these columns; its header is written."""
    made = csv.DictWriter(file, header, lineterminator="\n")
    made.writeheader()
    return made
