import pytest

from reading.numerals import is_missing, number


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("4", 4), (" 4.0 ", 4), ("4,5", 4.5), ("+3", 3), ("1e0", 1), ("\uff14", 4),
        ("4.0 out of 5 stars", 4), ("4 out of 5", 4), ("Rated 3 out of 5", 3), ("4/5", 4),
        ("4 / 5", 4), ("4,0 von 5 Sternen", 4), ("4,0 étoiles sur 5", 4),
        ("3.0 de 5 estrellas", 3), ("2,0 su 5 stelle", 2),
        ("4,0 z 5 gwiazdek", 4), ("4,0 av 5 stjärnor", 4), ("4,5 из 5 звёзд", 4.5),
        ("4 звезды", 4), ("5つ星のうち4.0", 4),
        ("★★★★☆", 4), ("★★★★★", 5), ("⭐⭐⭐", 3), ("⭐️⭐️", 2),
        ("★★½", 2.5), ("***", 3), ("★☆☆☆☆", 1),
        ("FIVE", 5), ("five stars", 5), ("One", 1),
        ('="5"', 5), ("'5", 5), ('"5"', 5),
        ("5 stars", 5), ("1 star", 1), ("5-star", 5), ("5 ★", 5),
        ("Rating: 4", 4), ("4&nbsp;stars", 4),
        ("5 out of 5 stars.", 5), ("5 Stars!", 5), ("Rating: 4/5", 4), ("★4", 4), ("4星", 4),
        ("Rated 4 stars out of five stars", 4), ("4.0 of 5 bubbles", 4), ("●●●●○", 4),
        ("3½", 3.5), ("4 1/2", 4.5), ("\uff14\uff0e\uff15", 4.5), ("\u0664", 4), ("5.0/5.0", 5),
        ("(4/5)", 4), ("[5]", 5), ("(5 stars)", 5), ("'5'", 5), ("\u201c5\u201d", 5), ('""5""', 5),
        ("5*", 5), ("4.0*", 4), ("5\U0001f31f", 5), ("\u2b50\ufe0f 5", 5), ("5\u661f", 5),
        ("四星", 4), ("三颗星", 3), ("两星", 2), ("5分", 5), ("3つ星", 3), ("评分\uff1a5", 5),
        ("♥♥♥♡♡", 3), ("❤️❤️❤️❤️❤️", 5), ("■■□□□", 2),
        ("Rated: 4", 4), ("Score: 4", 4), ("Stars: 4", 4), ("4 out of 5 star rating", 4),
        ("4 star(s)", 4), ("4 of 5 stars", 4), ("4,5/5", 4.5), ("Rated 4.00 out of 5", 4),
        ("5 - Excellent", 5), ("1 - Poor", 1), ("1-Very poor", 1), ("5: Loved it!", 5),
        ("3 (Average)", 3), ("Very good (4)", 4), ("Excellent - 5 stars", 5), ("8/10 - great", 4),
        ("★★★☆☆ (3)", 3), ("★★★★★ 5/5", 5), ("5 ⭐⭐⭐⭐⭐", 5), ("4/5 (80%)", 4),
        ("80%", 4), ("100 %", 5), ("50%", 2.5), ("8/10", 4), ("0.5", 0.5),
    ],
)  # fmt: skip
def test_a_rating_is_read_as_files_write_it(raw, expected):
    assert number(raw, 1, 5) == expected


@pytest.mark.parametrize(
    "raw",
    ["7つ星のうち4.0", "4つ星のうち5.0",
     "great", "85%", "7/9", "★★★☆", "☆☆☆☆", "4-5", "4 5", "1,234", "five and a half", "120%", "4/0",
     "2026-01-31", "1_0", "4+", "4 1/3", "(5)",
     "4 4/5", "4-4/5", "5 (5)", "★★★★☆ (12)", "4 stars (5)", "★★★☆ (3)", "5**",
     "1 - Excellent", "5 - Poor", "5 - Neutral", "5 - not good", "5 - Blue", "4: 5", "a good 5",
     "♥♥♥", "♥", "一", "5 -",
     "true", "--4", "stars", "4.5.1", "nan"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_not_read(raw):
    assert number(raw, 1, 5) is None


def test_a_percentage_of_points_is_the_points():
    assert number("83%", 0, 100) == 83
    assert number("83/100", 0, 100) == 83


def test_a_remark_is_measured_by_the_scale():
    assert number("2 - good", -2, 2) == 2
    assert number("1 - bad", -2, 2) is None
    assert number("1 - good", 0, 1) == 1
    assert number("0 - good", 0, 1) is None
    assert number("5 - bad", 1, 10) == 5


def test_the_remarks_of_survey_tools_are_known():
    assert number("Not at all likely - 0", 0, 10) == 0
    assert number("Extremely likely - 10", 0, 10) == 10
    assert number("10 - Not at all likely", 0, 10) is None
    assert number("1 - Not satisfied", 1, 5) == 1
    assert number("3 - Neither satisfied nor dissatisfied", 1, 5) == 3
    assert number("5 - Neither satisfied nor dissatisfied", 1, 5) is None
    assert number("1 (Completely dissatisfied)", 1, 5) == 1


@pytest.mark.parametrize("raw", ["", " ", "nan", "NULL", "N/A", "-", '=""', "\u200b"])
def test_a_missing_rating_is_none(raw):
    assert is_missing(raw)
    assert not is_missing("0")
