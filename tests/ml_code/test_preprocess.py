import json

from tests.ml_code.preparation_runs import failure, rows_of
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews


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
