"""Streams reviews out of CSV files, in chunks of rows as they stand there."""

import codecs
import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

import pandas as pd

from problems import UserError
from screening import Chunk

_CHUNK_ROWS = 20_000
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns to read. The title is joined to the text in files that have it; empty: never."""

    text: str
    rating: str
    title: str = ""

    def present(self, header: list[str]) -> list[str]:
        """The columns to take from a file with this header."""
        wanted = (self.text, self.rating, self.title)
        return [name for name in wanted if name and name in header]


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
    """All rows of all files."""
    sizes = [path.stat().st_size for path in files]
    for at, path in enumerate(files):
        before, first_row = sum(sizes[:at]), 1
        for frame, position in _frames(path, columns):
            length = len(frame)
            titles = frame[columns.title].tolist() if columns.title in frame else [""] * length
            yield Chunk(
                file=path.name,
                first_row=first_row,
                rating_column=columns.rating,
                texts=frame[columns.text].tolist(),
                titles=titles,
                ratings=frame[columns.rating].tolist(),
                share_read=(before + position) / sum(sizes),
            )
            first_row += length


def _frames(path: Path, columns: Columns) -> Iterator[tuple[pd.DataFrame, int]]:
    """(rows, bytes of the file read so far) chunk by chunk."""
    # keep_default_na=False: a review may well consist of the word "null".
    options: dict[str, Any] = {"dtype": object, "keep_default_na": False, "encoding": "utf-8-sig"}
    wanted = columns.present(read_header(path))
    try:
        with (
            _opened(path) as (file, raw),
            pd.read_csv(file, usecols=wanted, chunksize=_CHUNK_ROWS, **options) as reader,
        ):
            for frame in reader:
                yield frame, raw.tell()
    except pd.errors.ParserError as error:
        raise UserError(f"{path.name}: not a readable CSV file: {error}") from error


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
        except (gzip.BadGzipFile, EOFError) as error:
            raise UserError(f"{path.name}: not a whole gzip file: {error}") from error


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
