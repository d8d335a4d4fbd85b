"""CSV by RFC 4180, TSV, and files with semicolons or bars between the fields."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO

from . import escapes
from .commands import Filter
from .decoding import Decoder
from .errors import FileError
from .kinds import file_error, opened
from .repairs import Row
from .scanning import Dialect, Scanner
from .tables import Batch, CheckedColumn
from .text import cleaned

csv.field_size_limit(2**31 - 1)  # a text may be longer than the 128 KiB of the default
_DELIMITERS = (",", "\t", ";", "|")
_HEADER_LINES = 100  # names in quotes may have line breaks
_SEEN_LINES = 100  # of rows, in which spaces in front of quotes are looked for
_PREAMBLE_LINES = 20  # above the header
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)  # which Excel hides
# https://s3.amazonaws.com/amazon-reviews-pds/readme.html: "tab ('\t') separated text file, without
# quote or escape characters"
_LITERAL_QUOTES = {"marketplace", "review_headline", "review_body", "star_rating"}


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How rows are written, the names of the columns, and how many lines the header ends after."""

    dialect: Dialect
    has_escapes: bool  # of mysql --batch
    names: list[str]
    begin: int


class Delimited:
    """A file with a header. Its delimiter is the one with which most `wanted` columns are found."""

    unit = "line"

    def __init__(self, path: Path, wanted: Sequence[str] = ()) -> None:
        self._path = path
        with self._lines() as (blocks, _):
            self._layout = _read_header(path, blocks, wanted)

    @property
    def header(self) -> list[str]:
        return self._layout.names

    def read(self, names: Sequence[str], checked: CheckedColumn | None = None) -> Iterator[Batch]:
        """Rows that the csv module cannot read are repaired (repairs.py), or they are faults."""
        layout = self._layout
        pick = _picker(layout.names, names)
        scanner = Scanner(layout.dialect, layout.names, checked)
        with self._lines() as (blocks, raw):
            for rows, lines, faults in scanner.batches(blocks, layout.begin):
                columns = pick(rows)
                if layout.has_escapes:
                    columns = [list(map(escapes.resolved, column)) for column in columns]
                yield Batch(lines=lines, columns=columns, faults=faults, position=raw.tell())

    @contextmanager
    def _lines(self) -> Iterator[tuple[Iterator[list[str]], IO[bytes]]]:
        with opened(self._path) as (content, raw):
            yield Decoder(content, self._path).lines(), raw


def _read_header(path: Path, blocks: Iterator[list[str]], wanted: Sequence[str]) -> _Layout:
    """Blank lines before the header are skipped."""
    lines = next(blocks, [])
    begin = next((at for at, line in enumerate(lines) if line.strip()), None)
    if begin is None:
        raise FileError(path, "begins with nothing but blank lines")
    named = _SEPARATOR_LINE.fullmatch(lines[begin])
    begin += named is not None
    delimiters = [named[1]] if named else _DELIMITERS
    (matches, _), delimiter, header, end = _best_header(lines, begin, delimiters, wanted)
    if wanted and not matches:
        _check_preamble(path, lines[: begin + _PREAMBLE_LINES], begin, wanted)
    dialect = Dialect(
        delimiter=delimiter,
        has_quotes=not (delimiter == "\t" and set(header) >= _LITERAL_QUOTES),
        has_spaces=_has_spaces(lines[begin : end + _SEEN_LINES], delimiter),
    )
    if _has_row_names(lines[end : end + _SEEN_LINES], delimiter, len(header)):
        header = ["", *header]
    has_escapes = delimiter == "\t" and escapes.are_used(lines[end:])
    return _Layout(dialect=dialect, has_escapes=has_escapes, names=header, begin=end)


def _has_spaces(lines: Sequence[str], delimiter: str) -> bool:
    """Whether there are spaces between a delimiter and an opening quote.

    A quote before another quote, a delimiter or the end of the line is no opening quote: it may
    stand in a text that began in an earlier line.
    """
    end = re.escape(delimiter)
    field = rf'(?:"(?:[^"]|"")*"|[^"{end}]*){end}'
    spaced = re.compile(rf'(?:{field})+? +"(?=[^"{end}\s])')
    return any(spaced.match(line) for line in lines)


def _has_row_names(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether the rows have a quoted number in front for which the header has no name.

    "By default there is no column name for a column of row names" (write.table in
    https://stat.ethz.ch/R-manual/R-devel/library/utils/html/write.table.html). Where numbers are
    quoted, so are texts: no comma of a text has made the row longer.
    """
    whole = list(filter(None, csv.reader(lines, delimiter=delimiter)))
    rows = whole[:-1] or whole  # the last one may go on behind these lines
    begin = re.compile(rf'"[0-9]+"{re.escape(delimiter)}')
    return (
        any(row[-1].strip() for row in rows)
        and all(len(row) == width + 1 and row[0].isdecimal() for row in rows)
        and all(map(begin.match, lines[:1]))
    )


def _best_header(
    lines: Sequence[str], begin: int, delimiters: Sequence[str], wanted: Sequence[str]
) -> tuple[tuple[int, int], str, list[str], int]:
    """((how many wanted names, how many names), delimiter, names, line after the header).

    Those of the delimiter with the most wanted names, then with the most names.
    """
    found = []
    for delimiter in delimiters:
        reader = csv.reader(
            lines[begin : begin + _HEADER_LINES],
            delimiter=delimiter,
            strict=True,
            skipinitialspace=_has_spaces([lines[begin]], delimiter),
        )
        try:
            header = next(reader, [])
        except csv.Error:
            # A quote without an end must not make the rows part of the header.
            header, end = lines[begin].rstrip("\r\n").split(delimiter), begin + 1
        else:
            end = begin + reader.line_num
        shown = set(map(cleaned, header))
        score = sum(cleaned(name) in shown for name in wanted), len(header)
        found.append((score, delimiter, header, end))
    return max(found, key=itemgetter(0))


def _check_preamble(path: Path, lines: Sequence[str], begin: int, wanted: Sequence[str]) -> None:
    """Raises FileError when the header is further down, below a title or a comment."""
    for at in range(begin + 1, len(lines)):
        (matches, _), *_ = _best_header(lines, at, _DELIMITERS, wanted)
        if matches == len(wanted):
            raise file_error(
                path,
                f"the header is line {at + 1} and must be the first line; remove the lines above "
                "it",
                Filter((*_line_feeds(lines[0]), f"tail -n +{at + 1}")),
            )


def _line_feeds(line: str) -> list[str]:
    """A filter that turns the line ends of old Macs, which tail does not know, into line feeds."""
    return [r"tr '\r' '\n'"] if line.endswith("\r") else []


def _picker(
    header: Sequence[str], names: Sequence[str]
) -> Callable[[list[Row]], list[Sequence[str]]]:
    """A function that takes columns out of rows as wide as the header.

    Where all columns are wanted they are taken by their position: names may be repeated.
    """
    indices: list[int | None] = list(range(len(header)))
    if list(names) != list(header):
        indices = [header.index(name) if name in header else None for name in names]

    def pick(rows: list[Row]) -> list[Sequence[str]]:
        absent = ("",) * len(rows)
        return [
            absent if index is None else list(map(itemgetter(index), rows)) for index in indices
        ]

    return pick
