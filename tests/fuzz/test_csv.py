"""Bytes of CSV files: they are read and screened, or refused with the file's name."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import strategies as st

from problems import UserError
from rated_labels import parse
from reviews import Columns, check_file, read_chunks
from screening import Host, ScreeningTask, screen
from tests.fuzz.cases import fuzz
from tests.fuzz.values import texts

COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
LABELS = (parse("negative:-1=1,2/neutral:0=3/positive:1=4,5"), parse("bad=poor/good=gut,%C3%BC"))
HEADERS = ("Review Text,Rating", "Rating,Title,Review Text", "Title", "\ufeffReview Text,Rating")
FIELDS = st.sampled_from(["1", "3", "5", "4.5", "nan", "inf", "-1e400", "poor", '"', "a,b"]) | texts


def _table(header: str, rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return f"{header}\r\n{out.getvalue()}".encode("utf-8", "surrogatepass")


TABLES = st.builds(
    _table, st.sampled_from(HEADERS), st.lists(st.lists(FIELDS, max_size=4), max_size=6)
)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A table with some bytes of something else in it, or cut short."""
    content = draw(TABLES)
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.binary(max_size=8)) + content[draw(st.integers(at, at + 4)) :]


CONTENTS = TABLES | _damaged() | st.binary(max_size=200)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


def _screened(path: Path, texts_file: Path) -> None:
    for labels in LABELS:
        rows = 0
        for chunk in read_chunks([path], COLUMNS):
            task = ScreeningTask(
                chunk=chunk, ratings=labels.ratings, host=Host(), texts_file=texts_file
            )
            found = screen(task)
            rows = len(found.keys) + found.rejects.counts.total()
            assert len(chunk.texts) == rows
            assert len(texts_file.read_text(encoding="utf-8").split("\n")) == len(found.keys) + 1


def _read(path: Path, texts_file: Path) -> None:
    try:
        check_file(path, COLUMNS)
        _screened(path, texts_file)
    except UserError as error:
        assert str(error).startswith(f"{path.name}: ")


@fuzz("CSV files", few=40, many=6_000, content=CONTENTS)
def test_a_file_is_read_or_refused(place: Path, content: bytes) -> None:
    path = place / "reviews.csv"
    path.write_bytes(content)
    _read(path, place / "texts")


def _broken(content: bytes, at: int, byte: int) -> bytes:
    packed = bytearray(gzip.compress(content, compresslevel=1))
    packed[at % len(packed)] = byte
    return bytes(packed[: len(packed) - byte % 3])


@fuzz(
    "CSV files",
    few=20,
    many=2_000,
    content=st.builds(_broken, CONTENTS, st.integers(0), st.integers(0, 255)),
)
def test_a_broken_archive_is_read_or_refused(place: Path, content: bytes) -> None:
    path = place / "reviews.csv.gz"
    path.write_bytes(content)
    _read(path, place / "texts")
