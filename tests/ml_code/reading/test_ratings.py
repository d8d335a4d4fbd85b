import pytest

from reading.ratings import OF_NO_CLASS, Numbers, RatingLookup, Texts

STARS = Numbers(1, (0, 0, 1, 2, 2))
WITHOUT_THREE = Numbers(1, (0, 0, -1, 1, 1))


@pytest.mark.parametrize(
    ("rating", "star"),
    [
        ("0.5", 1),
        ("4,5", 4),
        ("1", 1),
        (" 5.0 ", 5),
        ("4.4", 4),
        ("3.2", 4),
        ("3", 3),
        ("2.9", 2),
        ("1.5", 2),
        ("4.5", 4),
    ],
)
def test_a_rating_is_the_nearest_star_on_its_side_of_the_middle(rating, star):
    assert STARS.find(rating) == (star - 1, "")


@pytest.mark.parametrize(
    ("rating", "reason"),
    [
        (" ", "no rating"),
        ("great", "rating is not a number"),
        ("nan", "no rating"),
        ("inf", "rating outside 1-5"),
        ("5.01", "rating outside 1-5"),
        ("0", "rating outside 1-5"),
    ],
)
def test_a_rating_that_is_none_of_the_numbers_says_why(rating, reason):
    assert STARS.find(rating) == (-1, reason)


def test_a_number_between_the_classes_is_of_none():
    assert WITHOUT_THREE.find("3")[1] == OF_NO_CLASS
    assert WITHOUT_THREE.find("3.2") == (3, "")
    halves = Numbers(0, (0, 1))
    assert [halves.find(rating) for rating in ("0.4", "0.6")] == [(0, ""), (1, "")]
    assert halves.find("0.5")[1] == OF_NO_CLASS


def test_a_text_is_the_same_in_any_case_and_with_any_spaces():
    texts = Texts({"sehr gut": 1, "schlecht": 0, "egal": -1}, (0, 1))
    assert texts.find("  Sehr  GUT ") == (1, "")
    assert texts.find("egal") == (-1, OF_NO_CLASS)
    assert texts.find("mittel") == (-1, "unknown rating")
    assert texts.find(" ") == (-1, "no rating")


@pytest.mark.parametrize(
    ("ratings", "label", "star", "message"),
    [
        (STARS, 1, 4, "star_rating 4 must be from 1 to 5, and label_id 1 its class"),
        (STARS, 1, None, "star_rating None must be from 1 to 5"),
        (WITHOUT_THREE, -1, 3, "star_rating 3 must be from 1 to 5, and label_id -1 its class"),
        (Texts({"a": 0, "b": 1}, (0, 1)), 2, None, "and label_id 2 from 0 to 1"),
        (Texts({"a": 0, "b": 1}, (0, 1)), 1, 5, "star_rating 5 must be empty, since ratings are"),
    ],
)
def test_features_of_other_classes_have_no_place(ratings, label, star, message):
    with pytest.raises(ValueError, match=message):
        ratings.rating_index(label, star)


def test_features_have_the_place_of_their_rating():
    assert [STARS.rating_index(label, star) for label, star in ((0, 1), (2, 5))] == [0, 4]
    assert Texts({"a": 0, "b": 1}, (0, 1)).rating_index(1, None) == 1


def test_each_different_rating_is_looked_for_once(monkeypatch):
    asked = []
    monkeypatch.setattr(Numbers, "find", lambda _, raw: asked.append(raw) or (0, ""))
    finder = RatingLookup(STARS)
    assert [finder[raw] for raw in ("5", "5", "4", "5")] == [(0, "")] * 4
    assert asked == ["5", "4"]
