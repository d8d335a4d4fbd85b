import csv
import gzip
import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import preprocess
from common.feature_files import encoded, read_frames
from common.problems import run
from common.rated_labels import BY_STARS, parse
from common.rows import read_rows
from reading import decoding, scanning
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews


def rows_of(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in folder.rglob("part-*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found += [{**row, "folder": path.parent.name} for row in csv.DictReader(file)]
    return found


def as_set(rows: list[dict[str, str]]) -> set[tuple[str, ...]]:
    return {tuple(row.values()) for row in rows}


def failure(tmp_path: Path, base_model: Path | str, source: Path, *extra: str) -> str:
    message = tmp_path / "message"
    code = run(
        preprocess.main,
        [
            f"--input-data={source}",
            f"--base-model={base_model}",
            f"--output-data={tmp_path / 'output'}",
            f"--message-file={message}",
            f"--event-time={EVENT_TIME}",
            *extra,
        ],
    )
    assert code == 1
    text = message.read_text()
    assert "\n" not in text
    return text


# Python 3.13 quotes a lone carriage return, too, as we do; earlier ones do not.
@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="\r")), st.integers())))
def test_csv_is_written_as_the_csv_module_writes_it(rows):
    expected = StringIO()
    csv.writer(expected, lineterminator="\n").writerows(rows)
    assert encoded(rows, "csv") == expected.getvalue()


def test_rows_have_the_columns_of_the_feature_group(prepare, tmp_path):
    output = prepare(write_reviews(tmp_path / "r.csv", make_reviews(20)))
    rows = rows_of(output)
    assert list(rows[0])[:-1] == [
        "review_id",
        "date",
        "sentiment",
        "label_id",
        "star_rating",
        "input_ids",
        "review_body",
        "split_type",
    ]
    assert all(row["folder"] == row["split_type"] for row in rows)
    assert {(row["sentiment"], row["label_id"], row["star_rating"]) for row in rows} == {
        ("-1", "0", "1"),
        ("0", "1", "3"),
        ("1", "2", "5"),
    }
    ids = json.loads(rows[0]["input_ids"])
    assert (ids[0], ids[-1]) == (2, 3)
    assert rows[0]["date"] == EVENT_TIME


@pytest.mark.parametrize("hosts", [2, 3])
def test_any_number_of_hosts_makes_the_same_rows_in_the_same_splits(prepare, tmp_path, hosts):
    source = write_reviews(tmp_path / "r.csv", make_reviews(60))
    one = as_set(rows_of(prepare(source, output="one")))
    for host in range(hosts):
        prepare(source, output="many", host=host, hosts=hosts)
    many = rows_of(tmp_path / "many")
    assert as_set(many) == one
    assert len(many) == len(one)


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_processes_makes_the_same_rows(prepare, tmp_path, monkeypatch, workers):
    monkeypatch.setattr(decoding, "_BLOCK_BYTES", 500)
    monkeypatch.setattr(scanning, "BATCH_ROWS", 50)  # of 180 rows: four tasks
    source = write_reviews(tmp_path / "r.csv", make_reviews(60))
    one = rows_of(prepare(source, "--workers=1", output="one"))
    assert rows_of(prepare(source, f"--workers={workers}", output="many")) == one


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


def test_order_and_number_of_files_do_not_matter(prepare, tmp_path):
    rows = make_reviews(40)
    rows += [(text.upper(), "5") for text, rating in rows[:20] if rating == "1"]
    one = prepare(write_reviews(tmp_path / "one" / "r.csv", rows), output="a")
    write_reviews(tmp_path / "two" / "y.csv", rows[70:][::-1])
    write_reviews(tmp_path / "two" / "z.csv", rows[:70][::-1])
    assert as_set(rows_of(prepare(tmp_path / "two", output="b"))) == as_set(rows_of(one))


def test_classes_are_balanced_to_the_smallest(prepare, tmp_path):
    rows = make_reviews(50)
    rare = [row for row in rows if row[1] == "3"][:12]
    output = prepare(
        write_reviews(tmp_path / "r.csv", rare + [row for row in rows if row[1] != "3"])
    )
    labels = [row["label_id"] for row in rows_of(output)]
    assert [labels.count(label) for label in "012"] == [12, 12, 12]


def test_every_split_has_the_classes_in_the_same_proportions(prepare, tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(20))
    found = Counter(
        (row["split_type"], row["label_id"]) for row in rows_of(prepare(source, "--seed=7"))
    )
    sizes = {"train": 16, "validation": 2, "test": 2}
    assert found == {(split, label): size for split, size in sizes.items() for label in "012"}


def test_equal_texts_are_kept_once_and_counted(prepare, tmp_path):
    rows = make_reviews(20)
    output = prepare(
        write_reviews(tmp_path / "r.csv", rows + [(f"  {t.upper()} ", r) for t, r in rows[:9]])
    )
    ids = [row["review_id"] for row in rows_of(output)]
    assert len(ids) == len(set(ids)) == 60
    report = json.loads((output / "report" / "preparation-algo-1.json").read_text())
    assert report["rejected"]["duplicate"] == 9
    assert report["rows_read"] == 69
    assert sum(report["splits"].values()) == 60


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


def test_a_few_bad_rows_are_counted_by_reason(prepare, tmp_path):
    rows = [*make_reviews(30), ("good", "7"), ("", "5"), ("fine", "x")]
    output = prepare(write_reviews(tmp_path / "r.csv", rows))
    report = json.loads((output / "report" / "preparation-algo-1.json").read_text())
    assert report["rejected"] == {
        "rating outside 1-5": 1,
        "no text": 1,
        "rating is not a number": 1,
        "duplicate": 0,
    }


def test_the_report_tells_how_long_reviews_are_and_how_many_were_cut(prepare, tmp_path):
    long = [(" ".join(["lovely"] * 40), "5"), (" ".join(["lovely"] * 30), "5")]
    source = write_reviews(tmp_path / "r.csv", [*make_reviews(20), *long])
    output = prepare(source, "--balance=false")  # --max-length is 32, two of them specials
    tokens = json.loads((output / "report" / "preparation-algo-1.json").read_text())["tokens"]
    assert tokens["cut"] == 1
    assert tokens["histogram"]["31-32"] == 2
    assert sum(tokens["histogram"].values()) == 62
    longest = max(len(json.loads(row["input_ids"])) for row in rows_of(output))
    assert longest == 32


def test_ratings_between_stars_go_to_the_nearest_on_their_side(prepare, tmp_path):
    ratings = [("1.4", "1"), ("2.9", "2"), ("3.0", "3"), ("3.2", "4"), ("4.6", "5")]
    rows = [(f"review {rating} {n}", rating) for n in range(9) for rating, _ in ratings]
    output = prepare(write_reviews(tmp_path / "r.csv", rows), "--balance=false")
    found = {row["review_body"].split()[1]: row["star_rating"] for row in rows_of(output)}
    assert found == dict(ratings)


def test_nothing_but_the_results_is_left(prepare, tmp_path):
    output = prepare(write_reviews(tmp_path / "r.csv", make_reviews(20)))
    assert {path.name for path in output.iterdir()} == {"train", "validation", "test", "report"}


def test_a_truncated_gzip_file_is_named(tmp_path, base_model):
    rows = "".join(f"{text},{rating}\n" for text, rating in make_reviews(200))
    whole = gzip.compress(("Review Text,Rating\n" + rows).encode())
    (tmp_path / "r.csv.gz").write_bytes(whole[:-200])
    text = failure(tmp_path, base_model, tmp_path / "r.csv.gz")
    assert text.startswith("r.csv.gz: not a whole gzip file")


def test_a_class_without_reviews_fails(tmp_path, base_model):
    source = write_reviews(tmp_path / "r.csv", [r for r in make_reviews(10) if r[1] != "3"])
    assert failure(tmp_path, base_model, source) == (
        "neutral has 0 reviews; every split needs one of each class, which takes at least 8 that "
        "can be used and differ; found negative 10, neutral 0, positive 10"
    )


def test_a_class_that_cannot_fill_all_splits_is_named_with_its_number(tmp_path, base_model):
    rows = make_reviews(100)
    neutral = [row for row in rows if row[1] == "3"]
    rows = [row for row in rows if row[1] != "3"] + neutral[:3] * 5
    text = failure(tmp_path, base_model, write_reviews(tmp_path / "r.csv", rows))
    assert text.startswith("neutral has 3 reviews; every split needs one of each class")
    assert "negative 100, neutral 3, positive 100" in text


def test_a_wrong_base_model_is_named(tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(10))
    assert "/no/such/model: there is no such folder" in failure(tmp_path, "/no/such/model", source)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no tokenizer.json in it; found nothing" in failure(tmp_path, empty, source)


def test_wrong_settings_are_named(tmp_path, base_model):
    source = write_reviews(tmp_path / "r.csv", make_reviews(10))
    assert "must be above 0 and add up to 1" in failure(
        tmp_path, base_model, source, "--train-share=0.9"
    )
    assert "--balance: 'maybe' is neither" in failure(
        tmp_path, base_model, source, "--balance=maybe"
    )
    assert "--event-time 'today'" in failure(tmp_path, base_model, source, "--event-time=today")
