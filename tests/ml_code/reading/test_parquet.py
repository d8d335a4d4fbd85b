import gzip

import pytest

from reading.columns import Columns
from reading.parquet import Parquet
from reading.tables import NotText
from tests.ml_code.reading.read_files import ROWS, refusal, rows_of


@pytest.mark.parametrize("packed", [False, True])
def test_parquet_is_read(tmp_path, packed):
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "Rating": [5, 3],
            "Review Text": ["soft, warm", "so so"],
            "Title": pyarrow.array(["Nice", None], pyarrow.string()),
            "more": [[1], []],
        }
    )
    path = tmp_path / "r.parquet"
    parquet.write_table(table, path)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert rows_of(path) == ROWS


def test_parquet_of_all_types_that_hold_texts_and_numbers_is_read(tmp_path):
    import pyarrow
    from pyarrow import parquet

    texts = ["soft, warm", "so so"]
    forms = [
        (pyarrow.array(texts).dictionary_encode(), pyarrow.array([5, 3], pyarrow.int8())),
        (pyarrow.array(texts, pyarrow.large_string()), pyarrow.array(["5", "3"])),
        (pyarrow.array([text.encode() for text in texts]), pyarrow.array([b"5", b"3"])),
        (pyarrow.array(texts), pyarrow.array([5, 3], pyarrow.decimal128(3))),
    ]
    for number, (bodies, ratings) in enumerate(forms):
        path = tmp_path / f"{number}.parquet"
        parquet.write_table(pyarrow.table({"Review Text": bodies, "Rating": ratings}), path)
        assert rows_of(path) == [("", "soft, warm", "5"), ("", "so so", "3")]


def test_values_that_python_cannot_represent_do_not_end_the_reading(tmp_path):
    import pyarrow
    from pyarrow import parquet

    names = {
        "date": pyarrow.array([2**30, 0], pyarrow.date32()),
        "time": pyarrow.array([2**62, None], pyarrow.timestamp("us")),
        "zone": pyarrow.array([7, 7], pyarrow.timestamp("us", tz="Foo/Bar")),
        "span": pyarrow.array([2**62, 0], pyarrow.duration("s")),
        "list": pyarrow.array([[2**62], []], pyarrow.list_(pyarrow.timestamp("us"))),
        "text": pyarrow.array([b"\xff", b"x"]).view(pyarrow.string()),
    }
    parquet.write_table(pyarrow.table(names), tmp_path / "r.parquet")
    (batch,) = Parquet(tmp_path / "r.parquet").read(list(names))
    found = dict(zip(names, batch.columns, strict=True))
    assert found["date"] == ["1073741824", "1970-01-01"]
    assert found["time"] == ["4611686018427387904", ""]
    assert found["zone"] == ["7", "7"]
    assert found["span"] == ["4611686018427387904", "0:00:00"]
    assert found["list"] == ["<list<element: timestamp[us]>>", "[]"]
    assert found["text"] == ["\ufffd", "x"]
    assert isinstance(found["text"][0], NotText)


def test_fields_of_structs_are_columns_by_names_with_dots(tmp_path):
    import pyarrow
    from pyarrow import parquet

    reviews = [{"body": {"en": "soft", "a.b": "x"}, "stars": 5}, None, {"body": None, "stars": 3}]
    path = tmp_path / "r.parquet"
    parquet.write_table(pyarrow.table({"review": reviews, "head": ["Nice", None, ""]}), path)
    for text, texts in (("review.body.en", ["soft", "", ""]), ("review.body.a.b", ["x", "", ""])):
        columns = Columns(text=text, rating="review.stars", title="head")
        expected = zip(["Nice", "", ""], texts, ["5", "", "3"], strict=True)
        assert rows_of(path, columns) == list(expected)
    assert "the columns are 'review.body.en', 'review.body.a.b', 'review.stars', 'head'" in (
        refusal(path)
    )


def test_a_column_beside_others_of_one_name_is_what_it_is(tmp_path):
    import pyarrow
    from pyarrow import parquet

    columns = [["x", "y"], ["x", "y"], ["soft", "warm"], [5, 3]]
    table = pyarrow.table(columns, names=["more", "more", "Review Text", "Rating"])
    parquet.write_table(table, tmp_path / "r.parquet")
    table = Parquet(tmp_path / "r.parquet")
    (batch,) = table.read(table.header)
    assert batch.columns[2:] == [["soft", "warm"], ["5", "3"]]
