"""Rows of CSV that any reader takes for the same."""

import csv
import io

import pandas as pd
import pytest

from reviews.client.files.csv_rows import CsvRows

ROWS = [
    ["id", "text", "label"],
    ["1", "a return\rin it", None],
    ["2", "\r", "x"],
    ["3", "a line\nand\r\nanother\r\n", "y"],
    ["4", 'a "quote", and a comma', ""],
]


@pytest.fixture
def written() -> str:
    target = io.StringIO()
    rows = CsvRows(target)
    for row in ROWS:
        rows.add(row)
    return target.getvalue()


def test_a_carriage_return_ends_no_row(written: str) -> None:
    found = list(csv.reader(io.StringIO(written, newline="")))
    assert found == [[cell or "" for cell in row] for row in ROWS]
    frame = pd.read_csv(io.StringIO(written, newline=""), dtype=str, keep_default_na=False)
    assert list(frame["text"]) == [row[1] for row in ROWS[1:]]


def test_rows_end_in_a_line_feed(written: str) -> None:
    assert written.startswith("id,text,label\n1,")
    assert written.endswith('4,"a ""quote"", and a comma",\n')
