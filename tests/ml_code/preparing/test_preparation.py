import csv
import gzip
import json

import pytest

from tests.ml_code.preparation_runs import failure, rows_of
from tests.ml_code.tiny import make_reviews, write_reviews


def test_quoted_text_over_several_lines_is_one_review(prepare, tmp_path):
    rows = make_reviews(20)
    text = 'lovely "dress",\nreally\n\nlovely'
    output = prepare(write_reviews(tmp_path / "r.csv", [*rows, (text, "5")]), "--balance=false")
    assert 'lovely "dress", really lovely' in {row["review_body"] for row in rows_of(output)}


def test_a_title_is_joined_where_the_file_has_one(prepare, tmp_path):
    path = tmp_path / "r.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Title", "Review Text", "Rating"])
        writer.writerows(("Great", text, rating) for text, rating in make_reviews(20))
    titled = rows_of(prepare(path, "--title-column=Title"))
    assert all(row["review_body"].startswith("Great. ") for row in titled)
    plain = rows_of(prepare(path, output="plain"))
    assert not any(row["review_body"].startswith("Great. ") for row in plain)


def test_a_file_without_the_title_column_is_read_all_the_same(prepare, tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(20))
    assert len(rows_of(prepare(source, "--title-column=Title"))) == 60


def test_a_column_without_a_name_is_no_title(prepare, tmp_path):
    source = write_reviews(tmp_path / "in" / "reviews.csv", make_reviews(20))
    lines = source.read_text().splitlines()
    numbered = [lines[0], *(f"{at},{line}" for at, line in enumerate(lines[1:]))]
    source.write_text("\n".join([f",{numbered[0]}", *numbered[1:]]))
    assert len(rows_of(prepare(source, "--title-column="))) == 60


def test_a_row_that_ends_early_has_no_rating(prepare, tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(20))
    source.write_text(source.read_text() + "the last one")
    output = prepare(source)
    report = json.loads((output / "report" / "preparation-algo-1.json").read_text())
    assert report["rejected"]["no rating"] == 1
    assert report["first_rejected"]["no rating"].startswith("r.csv line 62,")


def test_missing_columns_are_named_with_those_found(tmp_path, base_model):
    source = write_reviews(tmp_path / "r.csv", [("a", "1")], columns=("body", "stars"))
    text = failure(tmp_path, base_model, source)
    assert text == (
        "r.csv: no column named 'Review Text', 'Rating'; the columns are 'body', 'stars'; "
        "name yours: --set columns.text=COLUMN --set columns.rating=COLUMN"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "r.csv: the file is empty"),
        (b"Review Text,Rating\n", "r.csv: there is a header but no row"),
        (b"Review Text,Rating\ncaf\xe9,5\n", "r.csv: not UTF-8: byte 0xe9 in line 2, at offset 22"),
        (b'"Review Text,Rating\ngood,5\n', "r.csv: no column named 'Review Text'; the columns"),
        (
            b"Review Text,Rating\ngood,5\n\nso, so,3\n",
            "1 of 2 rows cannot be used, more than the 10% that max_rejected_share allows: "
            "1 x more fields than the header (first: r.csv line 4)",
        ),
    ],
)
def test_an_unreadable_file_is_named_with_the_reason(tmp_path, base_model, content, expected):
    source = tmp_path / "r.csv"
    source.write_bytes(content)
    assert failure(tmp_path, base_model, source).startswith(expected)


def test_the_offset_of_a_bad_byte_is_right_beyond_the_first_block(tmp_path, base_model):
    good = b"Review Text,Rating\n" + b"fine \xe2\x82\xac,5\n" * 200_000
    source = tmp_path / "r.csv"
    source.write_bytes(good + b"\xff,5\n")
    assert f"offset {len(good)} " in failure(tmp_path, base_model, source)


@pytest.mark.parametrize(
    ("rating", "reason"),
    [("9", "rating outside 1-5"), ("great", "rating is not a number"), ("", "no rating")],
)
def test_too_many_bad_ratings_fail_with_value_and_row(tmp_path, base_model, rating, reason):
    rows = make_reviews(10)
    source = write_reviews(tmp_path / "r.csv", rows[:3] + [("x y", rating)] * 10 + rows[3:])
    text = failure(tmp_path, base_model, source)
    assert "10 of 40 rows cannot be used, more than the 10%" in text
    assert f"10 x {reason} (first: r.csv line 5, Rating {rating!r})" in text


def test_a_truncated_gzip_file_is_named(tmp_path, base_model):
    rows = "".join(f"{text},{rating}\n" for text, rating in make_reviews(200))
    whole = gzip.compress(("Review Text,Rating\n" + rows).encode())
    (tmp_path / "r.csv.gz").write_bytes(whole[:-200])
    text = failure(tmp_path, base_model, tmp_path / "r.csv.gz")
    assert text.startswith("r.csv.gz: not a whole gzip file")
