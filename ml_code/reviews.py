"""Streams reviews out of CSV files, in chunks of rows as they stand there."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from problems import UserError
from screening import Chunk

_CHUNK_ROWS = 20_000
_BLOCK_BYTES = 1 << 20
_END = "\0end of the file"
csv.field_size_limit(2**31 - 1)  # a text may be longer than the 128 KiB of the default
Fields = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns to read. The title is joined to the text in files that have it; empty: never."""

    text: str
    rating: str
    title: str = ""


def review_files(folder: Path) -> list[Path]:
    """The CSV files of a folder (or the one file given), gzip too, in order of name."""
    if folder.is_file():
        return [folder]
    files = sorted(p for p in folder.rglob("*") if p.name.endswith((".csv", ".csv.gz")))
    if not files:
        found = ", ".join(sorted(p.name for p in folder.glob("*"))) or "nothing"
        raise UserError(f"{folder.name}: no .csv or .csv.gz file; found {found}")
    return files


def check_file(path: Path, columns: Columns) -> None:
    """Raises UserError when the file is empty, is not UTF-8 or lacks a column."""
    if path.stat().st_size == 0:
        raise UserError(f"{path.name}: the file is empty")
    _check_utf8(path)
    header = read_header(path)
    lacking = [name for name in (columns.text, columns.rating) if name not in header]
    if lacking:
        raise UserError(
            f"{path.name}: no column named {_quoted(lacking)}; the columns are {_quoted(header)}"
        )


def read_header(path: Path) -> list[str]:
    """The names of the columns, in order."""
    with _opened(path) as (file, _), TextIOWrapper(file, "utf-8-sig", newline="") as text:
        return next(csv.reader(text), [])


def read_chunks(files: list[Path], columns: Columns) -> Iterator[Chunk]:
    """All rows of all files. Raises UserError for a row with more fields than the header."""
    sizes = [path.stat().st_size for path in files]
    for at, path in enumerate(files):
        before, first_row = sum(sizes[:at]), 1
        for rows, position in _rows(path, columns):
            texts, titles, ratings = zip(*rows, strict=True)
            yield Chunk(
                file=path.name,
                first_row=first_row,
                rating_column=columns.rating,
                texts=texts,
                titles=titles,
                ratings=ratings,
                share_read=(before + position) / sum(sizes),
            )
            first_row += len(rows)


def _rows(path: Path, columns: Columns) -> Iterator[tuple[list[Fields], int]]:
    """(text, title and rating of each row, bytes of the file read so far) chunk by chunk."""
    with _opened(path) as (file, raw), TextIOWrapper(file, "utf-8-sig", newline="") as text:
        # The line behind the last one comes back as a row unless a quote was never closed.
        reader = csv.reader(chain(text, [_END]))
        header = next(reader)
        pick = _picker(header, columns)
        number, has_ended = 0, False
        while chunk := list(islice(filter(None, reader), _CHUNK_ROWS)):
            has_ended = chunk[-1] == [_END]
            if has_ended:
                chunk.pop()
            widest = max(map(len, chunk), default=0)
            if widest > len(header):
                at = next(n for n, row in enumerate(chunk, 1) if len(row) == widest)
                raise UserError(
                    f"{path.name}: row {number + at} has {widest} fields, the header {len(header)}"
                )
            if chunk:
                yield list(map(pick, chunk)), raw.tell()
            number += len(chunk)
        if not has_ended:
            raise UserError(f"{path.name}: not a readable CSV file: a quote is never closed")


def _picker(header: list[str], columns: Columns) -> Callable[[list[str]], Fields]:
    """Takes text, title and rating out of a row; a field that is not there is empty."""
    names = (columns.text, columns.title, columns.rating)
    places = [header.index(name) if name and name in header else len(header) for name in names]
    room, text, title, rating = len(header) + 1, *places

    def pick(row: list[str]) -> Fields:
        row += [""] * (room - len(row))
        return row[text], row[title], row[rating]

    return pick


def _check_utf8(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with _opened(path) as (file, _):
        while True:
            block = file.read(_BLOCK_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                where = offset - pending + error.start
                raise UserError(
                    f"{path.name}: not UTF-8: byte 0x{error.object[error.start]:02x} at offset "
                    f"{where} ({error.reason}); save the file as UTF-8"
                ) from error
            if not block:
                return
            offset += len(block)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(content, file on disk): two things when the file is compressed."""
    with path.open("rb") as raw:
        if path.suffix != ".gz":
            yield raw, raw
            return
        try:
            with gzip.open(raw) as content:
                yield cast(IO[bytes], content), raw
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise UserError(f"{path.name}: not a whole gzip file: {error}") from error


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
