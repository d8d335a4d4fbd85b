import json
from pathlib import Path

import pytest

from reading.classes import parse
from reading.columns import Columns
from reading.errors import UserError
from reading.survey import survey

CLASSES = parse("negative:-1=1,2/neutral:0=3/positive:1=4,5")
COLUMNS = Columns(text="Text", rating="Stars", title="Title")
SHARES = (0.8, 0.1, 0.1)
GOOD = [f"text {n},{1 + n % 5}" for n in range(60)]


def of(path: Path, lines: list[str], header: str = "Text,Stars", limit: float = 0.1):
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return survey(path, COLUMNS, CLASSES, max_rejected_share=limit, shares=SHARES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r.csv"


def test_every_row_is_of_a_class_or_counted_with_its_reason(path):
    long = "x" * 400_000
    lines = [*GOOD, "nan,5", ",4", "so, so,3", f"{long},4", "fine,great", "good,9"]
    found = of(path, lines)
    assert found.classes == {"negative": 24, "neutral": 12, "positive": 24}
    assert found.rejects.counts == {
        "no text": 2,
        "more fields than the header": 1,
        "text too long for the Feature Store": 1,
        "rating is not a number": 1,
        "rating outside 1-5": 1,
    }
    assert found.rejects.first["more fields than the header"] == "r.csv line 64"
    assert found.rejects.first["rating is not a number"] == "r.csv line 66, Stars 'great'"
    assert found.rows == len(lines)
    assert not found.has_title


def test_ratings_without_a_text_are_no_fault_and_a_title_is_one(path):
    found = of(path, [f"{line.split(',')[0]},,{n % 5 + 1}" for n, line in enumerate(GOOD)]
               + [",,5"] * 200, "Title,Text,Stars")  # fmt: skip
    assert (found.classes.total(), found.rejects.counts["no text"]) == (60, 200)
    assert found.has_title


def test_too_many_faults_are_refused_with_the_setting_that_would_help(path):
    with pytest.raises(UserError) as caught:
        of(path, [*GOOD, *["fine,great"] * 20])
    assert str(caught.value) == (
        "20 of 80 rows cannot be used, more than the 10% that max_rejected_share allows: 20 x "
        "rating is not a number (first: r.csv line 62, Stars 'great'); ratings of another scale, "
        "or that are texts, are named by the setting `labels` (docs/bring-your-own.md)"
    )
    assert of(path, [*GOOD, *["fine,great"] * 20], limit=0.25).classes.total() == 60


def test_values_that_are_no_texts_are_counted_and_refused_above_the_limit(path):
    rows = [{"Text": f"t {n}", "Stars": 1 + n % 5} for n in range(60)] + [
        {"Text": {"en": "x"}, "Stars": 1}
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    found = survey(path, COLUMNS, CLASSES, max_rejected_share=0.1, shares=SHARES)
    assert found.rejects.counts == {"an object, a list or bytes instead of a text": 1}
    path.write_text("\n".join(json.dumps({"Text": ["x"], "Stars": 1}) for _ in rows))
    with pytest.raises(UserError, match="choose a column of strings"):
        survey(path, COLUMNS, CLASSES, max_rejected_share=0.1, shares=SHARES)


def test_objects_in_place_of_ratings_are_refused_with_how_to_name_a_field(path):
    rows = [{"Text": f"t {n}", "Stars": {"ratingValue": 1 + n % 5}} for n in range(60)]
    path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(UserError) as caught:
        survey(path, COLUMNS, CLASSES, max_rejected_share=0.1, shares=SHARES)
    assert str(caught.value) == (
        "60 of 60 rows cannot be used, more than the 10% that max_rejected_share allows: 60 x an "
        "object, a list or bytes instead of a rating (first: r.csv line 1, Stars "
        "'{\"ratingValue\": 1}'); choose a column of numbers or strings, or a field of its "
        "objects, as COLUMN.FIELD"
    )
    fields = Columns(text="Text", rating="Stars.ratingValue")
    found = survey(path, fields, CLASSES, max_rejected_share=0, shares=SHARES)
    assert found.classes == {"negative": 24, "neutral": 12, "positive": 24}


def test_a_class_that_cannot_fill_all_splits_is_named_with_its_number(path):
    lines = [line for line in GOOD if not line.endswith(",3")] + ["so so,3", "hm,3", "ok,3"]
    with pytest.raises(UserError) as caught:
        of(path, lines)
    assert str(caught.value) == (
        "neutral has 3 reviews; every split needs one of each class, which takes at least 8 that "
        "can be used and differ; found negative 24, neutral 3, positive 24"
    )


def test_rows_that_repeat_a_text_are_refused_as_by_the_preparation(path):
    with pytest.raises(UserError) as caught:
        of(path, [f"{'So So' if n % 2 else 'so so'},{1 + n % 5}" for n in range(60)])
    assert str(caught.value) == (
        "negative has 1, neutral has 0, positive has 0 reviews; every split needs one of each "
        "class, which takes at least 8 that can be used and differ; found negative 1, neutral 0, "
        "positive 0; rows that repeat the text of another one: 59"
    )


def test_rows_that_repeat_a_text_are_counted_where_enough_others_differ(path):
    found = of(path, [*GOOD, *GOOD[:7], "so so,nan"])
    assert found.duplicates == 7
    assert (found.classes.total(), found.rows) == (67, 68)
    assert of(path, GOOD).duplicates == 0


def test_a_file_of_nothing_but_missing_texts_says_so(path):
    with pytest.raises(
        UserError, match="found negative 0, neutral 0, positive 0; not used: 9 x no"
    ):
        of(path, ["\u200b,5"] * 9)


def test_the_share_that_is_read_is_told(path):
    of(path, GOOD)
    shares: list[float] = []
    survey(
        path, COLUMNS, CLASSES, max_rejected_share=0, shares=SHARES, progress=shares.append
    )  # fmt: skip
    assert shares == [1.0]


def test_the_rest_of_a_torn_row_is_a_fault_and_not_a_review_without_text(path):
    torn = [f"{1 + n % 5},text {n}\nand its second line" for n in range(60)]
    with pytest.raises(UserError) as caught:
        of(path, torn, "Stars,Text")
    assert str(caught.value) == (
        "60 of 120 rows cannot be used, more than the 10% that max_rejected_share allows: 60 x "
        "neither a text nor a rating (first: r.csv line 3, Stars 'and its second line'); a text of "
        "several lines must stand in quotes"
    )


def test_the_ratings_that_are_used_are_told_with_the_scale_of_the_classes(path):
    found = of(path, [f"text {n},{1 + n % 4 if n % 12 else 0}" for n in range(120)])
    assert (found.ratings, found.scale) == ((1, 4), (1, 5))
    assert of(path, GOOD).ratings == (1, 5)
    words = parse("bad=1x/good=2x")
    path.write_text("Text,Stars\n" + "".join(f"text {n},{1 + n % 2}x\n" for n in range(60)))
    found = survey(path, COLUMNS, words, max_rejected_share=0.1, shares=SHARES)
    assert (found.ratings, found.scale) == ((), ())


def test_a_number_at_an_end_that_is_left_out_is_not_of_the_scale(path):
    path.write_text("\n".join(["Text,Stars", *GOOD]))
    classes = parse("bad=1,2/good=3..5/=0")
    found = survey(path, COLUMNS, classes, max_rejected_share=0.1, shares=SHARES)
    assert (found.ratings, found.scale) == ((1, 5), (1, 5))
