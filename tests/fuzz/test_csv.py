"""Bytes of files of reviews: every row is read or counted, or the file is refused by its name."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from common.rated_labels import parse
from preparing.host import Host
from preparing.screening import ScreeningTask, screen
from reading.columns import Columns
from reading.errors import UserError
from reading.files import open_tables, read_chunks
from reading.ratings import RatingLookup
from reading.scanning import Dialect, Scanner
from reading.tables import CheckedColumn
from tests.fuzz.cases import fuzz
from tests.fuzz.review_tables import FORMATS
from tests.fuzz.values import documents, texts

COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
LABELS = (parse("negative:-1=1,2/neutral:0=3/positive:1=4,5"), parse("bad=poor/good=gut,%C3%BC"))
HEADERS = ("Review Text,Rating", "Rating,Title,Review Text", "Title", "\ufeffReview Text,Rating")
FIELDS = (
    st.sampled_from(["1", "3", "5", "4.5", "nan", "inf", "-1e400", "poor", '"', '\\"', "a,b"])
    | st.sampled_from(["4/5", "★★★☆☆", "<br>", "&amp;#39;", "80%", '="5"', ' "', "\0", "\r"])
    | texts
)


def _table(header: str, rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return f"{header}\r\n{out.getvalue()}".encode("utf-8", "surrogatepass")


def _loose(header: str, rows: list[list[str]]) -> bytes:
    """Without the quotes that there ought to be."""
    lines = [header, *(",".join(row) for row in rows)]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


ROWS = st.lists(st.lists(FIELDS, max_size=4), max_size=6)
TABLES = st.builds(_table, st.sampled_from(HEADERS), ROWS)
LOOSE = st.builds(_loose, st.sampled_from(HEADERS), ROWS)
OBJECTS = st.fixed_dictionaries(
    {"Review Text": FIELDS | documents, "Rating": FIELDS | documents}
) | st.dictionaries(FIELDS, documents)
JSON_LINES = st.lists(OBJECTS.map(json.dumps) | texts, min_size=1, max_size=6).map(
    lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass")
)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A table with some bytes of something else in it, or cut short."""
    content = draw(TABLES)
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.binary(max_size=8)) + content[draw(st.integers(at, at + 4)) :]


@st.composite
def _in_utf16(draw: st.DrawFn) -> bytes:
    return draw(TABLES).decode("utf-8", "replace").encode("utf-16")


CONTENTS = TABLES | LOOSE | JSON_LINES | _damaged() | _in_utf16() | st.binary(max_size=200)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


def _screened(path: Path, texts_file: Path) -> None:
    for labels in LABELS:
        checked = CheckedColumn(COLUMNS.rating, RatingLookup(labels.ratings).is_rating)
        for chunk in read_chunks(open_tables(path, COLUMNS), COLUMNS, checked):
            task = ScreeningTask(
                chunk=chunk, ratings=labels.ratings, host=Host(), texts_file=texts_file
            )
            found = screen(task)
            counted = len(found.hashes) + found.rejects.counts.total()
            assert len(chunk.texts) + len(chunk.faults) == counted
            assert len(texts_file.read_text(encoding="utf-8").split("\n")) == len(found.hashes) + 1


def _read(path: Path, texts_file: Path) -> None:
    try:
        _screened(path, texts_file)
    except UserError as error:
        assert str(error).startswith(f"{path.name}: ")


@fuzz("files of reviews", few=60, many=6_000, content=CONTENTS)
def test_a_file_is_read_or_refused(place: Path, content: bytes) -> None:
    path = place / "reviews.csv"
    path.write_bytes(content)
    _read(path, place / "texts")


def _broken(content: bytes, at: int, byte: int) -> bytes:
    packed = bytearray(gzip.compress(content, compresslevel=1))
    packed[at % len(packed)] = byte
    return bytes(packed[: len(packed) - byte % 3])


@fuzz(
    "files of reviews",
    few=20,
    many=2_000,
    content=st.builds(_broken, CONTENTS, st.integers(0), st.integers(0, 255)),
)
def test_a_broken_archive_is_read_or_refused(place: Path, content: bytes) -> None:
    path = place / "reviews.csv.gz"
    path.write_bytes(content)
    _read(path, place / "texts")


def _lines_of_rows(lines: list[str]) -> list[int]:
    scanner = Scanner(Dialect(delimiter=","), ["Review Text", "Rating"], None)
    return [
        line
        for _, numbers, faults in scanner.batches(iter([lines] if lines else []), 0)
        for line in sorted([*numbers, *(fault.line for fault in faults)])
    ]


@fuzz(
    "files of reviews",
    few=60,
    many=4_000,
    rows=st.lists(
        st.sampled_from(["good,5", '"a', 'b",4', '"c ""d""",1', "x", ",", 'e "f,2', '"'])
    ),
)
def test_no_line_is_lost_and_none_counts_twice(rows: list[str]) -> None:
    """The first line of each row and fault, in order, and without one that is before another."""
    lines = [f"{row}\n" for row in rows]
    found = _lines_of_rows(lines)
    assert found == sorted(set(found))
    assert found[:1] == ([1] if lines else [])
    whole = _lines_of_rows([*lines, "good,5\n"])
    assert whole[-1] <= len(rows) + 1


@fuzz(
    "files of reviews",
    few=90,
    many=6_000,
    name=st.sampled_from(sorted(FORMATS)),
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
            st.sampled_from("12345"),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_every_row_of_a_well_formed_file_comes_back_as_it_was(
    place: Path, name: str, rows: list[tuple[str, str]]
) -> None:
    path = place / "well-formed"
    path.write_bytes(FORMATS[name](["Review Text", "Rating"], rows))
    checked = CheckedColumn("Rating", lambda raw: raw in set("12345"))
    chunks = list(read_chunks(open_tables(path, COLUMNS), COLUMNS, checked))
    assert not any(chunk.faults for chunk in chunks)
    assert [
        pair for chunk in chunks for pair in zip(chunk.texts, chunk.ratings, strict=True)
    ] == rows
