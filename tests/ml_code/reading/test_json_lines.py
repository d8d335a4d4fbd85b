import gzip
import json

import pytest

from reading.columns import Columns
from reading.files import open_table
from reading.tables import NotText
from tests.ml_code.reading.read_files import ROWS, faults_of, refusal, rows_of


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


def test_a_tab_in_a_string_and_the_mark_of_a_joined_file_are_read(written):
    lines = '{"Review Text": "a\tb", "Rating": 5}\n\ufeff{"Review Text": "b", "Rating": 4}\n'
    assert rows_of(written(lines)) == [("", "a\tb", "5"), ("", "b", "4")]
    assert faults_of(written(lines)) == []


@pytest.mark.parametrize("value", [{"en": "soft"}, ["soft"], b"caf\xe9"])
def test_a_value_that_is_no_text_is_told_from_one(tmp_path, value):
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "r.parquet"
    parquet.write_table(pyarrow.table({"Review Text": [value], "Rating": [5]}), path)
    ((_, text, _),) = rows_of(path)
    assert isinstance(text, NotText)


# As App Store Connect's API, Amazon DynamoDB's export to S3, Elasticsearch's dump and Google's
# Places API have them.
@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"attributes": {"body": "soft", "rating": 5, "title": "Nice"}},
         Columns(text="attributes.body", rating="attributes.rating", title="attributes.title")),
        ({"Item": {"Body": {"S": "soft"}, "Stars": {"N": "5"}, "Title": {"S": "Nice"}}},
         Columns(text="Item.Body.S", rating="Item.Stars.N", title="Item.Title.S")),
        ({"_id": "1", "_source": {"review.text": "soft", "stars": 5, "head": "Nice"}},
         Columns(text="_source.review.text", rating="_source.stars", title="_source.head")),
        ({"rating": 5, "text": {"text": "soft", "languageCode": "en"}, "head": "Nice"},
         Columns(text="text.text", rating="rating", title="head")),
    ],
)  # fmt: skip
def test_fields_of_objects_are_columns_by_names_with_dots(written, row, columns):
    other = dict.fromkeys(row)
    path = written("\n".join(map(json.dumps, [row, other])))
    assert rows_of(path, columns) == [("Nice", "soft", "5"), ("", "", "")]


def test_fields_of_objects_are_named_where_a_column_is_missing(written):
    row = {"id": 7, "attributes": {"body": "soft", "rating": 5, "tags": [], "more": {}}}
    assert (
        "no column named 'Review Text', 'Rating'; the columns are 'id', 'attributes.body', "
        "'attributes.rating', 'attributes.tags', 'attributes.more'; name yours"
    ) in refusal(written(json.dumps(row)))


def test_an_object_is_one_column_where_no_column_is_missing(written):
    path = written('{"Review Text": "a", "more": {"b": 1}}\n{"Review Text": "b"}\n')
    assert open_table(path, ["Review Text"]).header == ["Review Text", "more"]


def test_objects_far_inside_of_each_other_are_refused_with_the_columns(written):
    assert "no column named" in refusal(written('{"a":' * 900 + "1" + "}" * 900))
