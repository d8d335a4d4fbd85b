import json
from collections import Counter

import pytest

from reading import decoding, scanning
from tests.ml_code.preparation_runs import as_set, failure, rows_of
from tests.ml_code.tiny import make_reviews, write_reviews


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
