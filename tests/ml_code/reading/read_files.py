"""Reads a file of a test: its rows, its faults, or why it is refused."""

from pathlib import Path

import pytest

from reading.columns import Columns
from reading.errors import UserError
from reading.files import open_tables, read_chunks
from reading.ratings import Numbers, RatingLookup
from reading.tables import CheckedColumn

COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
STARS = RatingLookup(Numbers(1, (0, 0, 1, 2, 2)))
CHECKED = CheckedColumn("Rating", STARS.is_rating)
ROWS = [("Nice", "soft, warm", "5"), ("", "so so", "3")]
TABLE = 'Title,Review Text,Rating\nNice,"soft, warm",5\n,so so,3\n'


def rows_of(path: Path, columns: Columns = COLUMNS) -> list[tuple[str, str, str]]:
    chunks = read_chunks(
        open_tables(path, columns), columns, CheckedColumn(columns.rating, STARS.is_rating)
    )
    return [
        row
        for chunk in chunks
        for row in zip(chunk.titles, chunk.texts, chunk.ratings, strict=True)
    ]


def faults_of(path: Path) -> list[tuple[int, str]]:
    chunks = read_chunks(open_tables(path, COLUMNS), COLUMNS, CHECKED)
    return [(fault.line, fault.reason) for chunk in chunks for fault in chunk.faults]


def refusal(path: Path, columns: Columns = COLUMNS) -> str:
    with pytest.raises(UserError) as caught:
        rows_of(path, columns)
    return str(caught.value)
