import gzip
import json

import pytest

from reading.tables import NotText
from tests.ml_code.reading.read_files import ROWS, faults_of, rows_of


def test_json_lines_are_read(written):
    lines = [
        {"Review Text": "soft, warm", "Rating": 5, "Title": "Nice", "more": {"a": [1]}},
        {"Rating": 3.0, "Review Text": "so so", "Title": None},
        {"Review Text": "half \ud83d", "Rating": True},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n[1]\nnothing\n"
    expected = [ROWS[0], ("", "so so", "3.0"), ("", "half \ufffd", "true")]
    for path in (written(text, "r.jsonl"), written(gzip.compress(text.encode()), "r.jsonl.gz")):
        assert rows_of(path) == expected
        assert faults_of(path) == [(5, "no JSON object"), (6, "no JSON object")]


def test_objects_with_a_comma_or_a_separator_beside_them_are_read(written):
    lines = '{"Review Text": "a", "Rating": 5},\n\x1e{"Review Text": "b", "Rating": 4}\n'
    assert rows_of(written(lines)) == [("", "a", "5"), ("", "b", "4")]


@pytest.mark.parametrize("value", [{"en": "soft"}, ["soft"], b"caf\xe9"])
def test_a_value_that_is_no_text_is_told_from_one(tmp_path, value):
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "r.parquet"
    parquet.write_table(pyarrow.table({"Review Text": [value], "Rating": [5]}), path)
    ((_, text, _),) = rows_of(path)
    assert isinstance(text, NotText)
