import csv
from io import StringIO

from hypothesis import given, settings
from hypothesis import strategies as st

from common.feature_files import encoded, read_frames
from common.rated_labels import BY_STARS, parse
from common.rows import read_rows
from tests.ml_code.tiny import make_reviews, write_reviews


# Python 3.13 quotes a lone carriage return, too, as we do; earlier ones do not.
@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="\r")), st.integers())))
def test_csv_is_written_as_the_csv_module_writes_it(rows):
    expected = StringIO()
    csv.writer(expected, lineterminator="\n").writerows(rows)
    assert encoded(rows, "csv") == expected.getvalue()


def test_parquet_holds_the_same_rows(prepare, tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(20))
    prepare(source, output="a")
    prepare(source, "--format=parquet", output="b")
    labels = parse(BY_STARS)
    for split in ("train", "validation", "test"):
        one, other = (tmp_path / output / split for output in "ab")
        assert read_rows(other, labels) == read_rows(one, labels)
        (plain,), (path,) = one.iterdir(), other.iterdir()
        (frame,), (expected,) = (list(read_frames(p, rows=1000)) for p in (path, plain))
        assert frame.to_dict("records") == expected.to_dict("records")
