"""CSV by RFC 4180, TSV, and fields parted by semicolons."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import IO

from .decoding import Decoder
from .errors import UserError
from .kinds import opened
from .repairs import Row
from .scanning import Scanner
from .tables import Batch, Witness

csv.field_size_limit(2**31 - 1)  # a text may be longer than the 128 KiB of the default
_DELIMITERS = (",", "\t", ";", "|")
_HEADER_LINES = 100  # that names in quotes may take
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(.)\s*")  # which Excel reads, and hides
# https://s3.amazonaws.com/amazon-reviews-pds/readme.html: "tab ('\t') separated text file, without
# quote or escape characters"
_LITERAL_QUOTES = {"marketplace", "review_headline", "review_body", "star_rating"}


class Delimited:
    """A file with a header. `wanted` are the columns by which its delimiter is told."""

    unit = "line"

    def __init__(self, path: Path, wanted: Sequence[str] = ()) -> None:
        self._path = path
        with self._lines() as (blocks, _):
            self._delimiter, self._header, self._begin = _read_header(path, blocks, wanted)
        names = set(self._header)
        self._has_quotes = not (self._delimiter == "\t" and names >= _LITERAL_QUOTES)

    @property
    def header(self) -> list[str]:
        return self._header

    def read(self, names: Sequence[str], witness: Witness | None = None) -> Iterator[Batch]:
        """Rows are read with the csv module; where it fails, by repairs.py or not at all."""
        pick = _picker(self._header, names)
        scanner = Scanner(self._delimiter, self._header, witness, has_quotes=self._has_quotes)
        with self._lines() as (blocks, raw):
            for rows, lines, faults in scanner.batches(blocks, self._begin):
                yield Batch(lines=lines, columns=pick(rows), faults=faults, position=raw.tell())

    @contextmanager
    def _lines(self) -> Iterator[tuple[Iterator[list[str]], IO[bytes]]]:
        with opened(self._path) as (content, raw):
            yield Decoder(content, self._path.name).lines(), raw


def _read_header(
    path: Path, blocks: Iterator[list[str]], wanted: Sequence[str]
) -> tuple[str, list[str], int]:
    """(delimiter, names, number of the line behind it); blank lines before it are skipped."""
    lines = next(blocks, [])
    begin = next((at for at, line in enumerate(lines) if line.strip()), None)
    if begin is None:
        raise UserError(f"{path.name}: begins with nothing but blank lines")
    named = _SEPARATOR_LINE.fullmatch(lines[begin])
    begin += named is not None
    found = []
    for delimiter in [named[1]] if named else _DELIMITERS:
        reader = csv.reader(lines[begin : begin + _HEADER_LINES], delimiter=delimiter, strict=True)
        try:
            header = next(reader, [])
        except csv.Error:
            header = lines[begin].rstrip("\r\n").split(delimiter)
        score = sum(name in header for name in wanted), len(header)
        found.append((score, delimiter, header, begin + reader.line_num))
    _, delimiter, header, end = max(found, key=itemgetter(0))
    return delimiter, header, end


def _picker(
    header: Sequence[str], names: Sequence[str]
) -> Callable[[list[Row]], list[Sequence[str]]]:
    """Takes columns out of rows of the header's width; all of them by place, not by name."""
    places: list[int | None] = list(range(len(header)))
    if list(names) != list(header):
        places = [header.index(name) if name in header else None for name in names]

    def pick(rows: list[Row]) -> list[Sequence[str]]:
        absent = ("",) * len(rows)
        return [absent if at is None else list(map(itemgetter(at), rows)) for at in places]

    return pick
