"""Streams reviews out of CSV files, counting what has to be left out and why."""

import codecs
import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

import pandas as pd

from labels import label_of_rating
from problems import UserError
from texts import cleaned, joined

_CHUNK_ROWS = 20_000
_CHUNK_BYTES = 1 << 20


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


@dataclass
class Rejects:
    """Rows left out, by reason, with the first row of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, where: str) -> None:
        self.counts[reason] += 1
        self.first.setdefault(reason, where)

    def describe(self) -> str:
        return "; ".join(
            f"{count} x {reason} (first: {self.first[reason]})"
            for reason, count in self.counts.most_common()
        )


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
    with _opened(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
        return next(csv.reader(text), [])


def read_reviews(path: Path, columns: Columns, rejects: Rejects) -> Iterator[tuple[str, int]]:
    """(cleaned text, label_id) of every usable row; fills `rejects` with the others."""
    row = 0
    for chunk in _chunks(path, columns):
        ratings = pd.to_numeric(chunk[columns.rating], errors="coerce")
        titles = chunk[columns.title] if columns.title in chunk else [""] * len(chunk)
        for body, title, raw, rating in zip(
            chunk[columns.text], titles, chunk[columns.rating], ratings, strict=True
        ):
            row += 1
            reason = _reason(body, raw, rating)
            if reason:
                rejects.add(reason, f"{path.name} row {row}, {columns.rating} {raw[:40]!r}")
            else:
                yield cleaned(joined(title, body)), label_of_rating(rating)


def _reason(body: str, raw: str, rating: float) -> str:
    if not body.strip():
        return "no text"
    if not raw.strip():
        return "no rating"
    if rating != rating:
        return "rating is not a number"
    return "" if 1 <= rating <= 5 else "rating outside 1-5"


def _chunks(path: Path, columns: Columns) -> Iterator[pd.DataFrame]:
    # keep_default_na=False: a review may well consist of the word "null".
    options = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    try:
        with pd.read_csv(
            path, usecols=columns.present(read_header(path)), chunksize=_CHUNK_ROWS, **options
        ) as reader:
            yield from reader
    except pd.errors.ParserError as error:
        raise UserError(f"{path.name}: not a readable CSV file: {error}") from error


def _check_utf8(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with _opened(path) as file:
        while True:
            block = file.read(_CHUNK_BYTES)
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


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
