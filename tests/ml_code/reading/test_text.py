import sys
import unicodedata

import pytest

from reading.text import cleaned, joined, review_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("good<br /><br />It&#39;s &quot;fine&quot;<br>[[VIDEOID:abc]]", 'good It\'s "fine"'),
        ("<p>One</p><p>two</p>", "One two"),
        ("<b>W</b>OW <a href=\"x.html\" class='y'>here</a>", "WOW here"),
        ("T &amp; T, caf&eacute;, &#x1F600; &nbsp;&lt;3", "T & T, café, 😀 <3"),
        ("&amp;amp;quot;twice&amp;quot;", '"twice"'),
        ("&lt;br /&gt;escaped tag", "escaped tag"),
        ("I <3 this, 2 < 3 > 1, a <b and c> d", "I <3 this, 2 < 3 > 1, a <b and c> d"),
        ("AT&T, black&notwhite, R&D; &unknown;", "AT&T, black&notwhite, R&D; &unknown;"),
        ("one<!-- hidden -->two", "onetwo"),
        ("  two \n lines\t ", "two lines"),
        ("cafe\u0301 \u200bzero\u00adwidth\ufeff", "café zerowidth"),
        ("👩\u200d💻 नमस्\u200dते", "👩\u200d💻 नमस्\u200dते"),
        ("two  spaces", "two spaces"),
        ("<script>alert(1)</script>good<STYLE type='x'>p {}</STYLE>", "good"),
        ("<![CDATA[good & soft]]>", "good & soft"),
        ("one_x000D_\ntwo", "one two"),
        ("nul\0 and \x1bcontrol", "nul and control"),
        ("it\x92s \x93nice\x94", "it\u2019s \u201cnice\u201d"),
        ("\u202bright to left\u202c \u2067here\u2069", "right to left here"),
        ("a\u3164b", "a b"),
        (
            "🏴\U000e0067\U000e0062\U000e007f \u2764\ufe0f",
            "🏴\U000e0067\U000e0062\U000e007f \u2764\ufe0f",
        ),
        ("", ""),
    ],
)
def test_html_and_invisible_characters_become_what_they_mean(raw, text):
    assert cleaned(raw) == text


@pytest.mark.parametrize(
    "raw",
    ["nan", "NaN", "NULL", "None", "N/A", "n.a.", "#N/A", "<NA>", "\\N", "(null)", "-", ".", "...",
     "--", "?", '""', " ", "\u00a0", "\u200b", "\ufeff\ufeff", "\u200d", "\0", "<br />", "&nbsp;",
     "\x01\x02", "[]", "{}", "\ufffc", "#N/A N/A"],
)  # fmt: skip
def test_what_stands_for_nothing_is_no_text(raw):
    assert review_text("", raw) == ""
    assert review_text(raw, raw) == ""
    assert review_text(raw, "soft") == "soft"


# Format characters with a shape of their own, such as U+06DD, ARABIC END OF AYAH.
SHOWN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SHOWN |= set(range(0x13430, 0x13456))  # hieroglyphs beside and above each other
SHOWN |= set(range(0x80, 0xA0))  # Windows-1252 read as Latin-1: see the next test but one


def test_white_space_and_invisible_characters_are_no_text():
    kinds = {"Cc", "Cf", "Zs", "Zl", "Zp"}
    unseen = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in kinds and ord(character) not in SHOWN
    ]
    assert len(unseen) > 150
    assert [character for character in unseen if review_text("", character)] == []
    assert review_text("".join(unseen), "".join(unseen)) == ""


@pytest.mark.parametrize(
    "raw",
    ["", "\u3164" * 30, "\u2800\u2800", "\ufe0f\u200d", "\u202e\u2066", "<br />&nbsp;", "&#8203;"],
)
def test_a_text_of_nothing_to_see_is_no_text(raw):
    assert review_text("", raw) == ""


@pytest.mark.parametrize("raw", ["\u200bx", "👍\ufe0f", "<3", "\u0627\u200c"])
def test_what_can_be_seen_is_a_text(raw):
    assert review_text("", raw)


@pytest.mark.parametrize("raw", [":)", ":-/", "👍", "!!!", "5", "no", "Nan bread is fine", "-1"])
def test_short_texts_are_texts(raw):
    assert review_text("", raw) == raw


def test_a_title_alone_is_a_text():
    assert review_text("Great", "") == "Great"
    assert review_text("Great", "nan") == "Great"


@pytest.mark.parametrize(
    ("title", "text"), [("Nice", "Nice. soft"), ("Nice!", "Nice! soft"), ("", "soft")]
)
def test_a_title_that_ends_like_a_word_gets_a_full_stop(title, text):
    assert joined(title, "soft") == text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "hostile",
    [
        "<",
        "&",
        "<b ",
        "<!--",
        "&amp;",
        "<a b='",
        "<script>",
        "<![CDATA[",
        "<style>a</styl",
        '<a b="',
        "[[VIDEOID:",
        "<b a=",
        "&#1",
        "\u0301\u0323",
    ],
)
def test_no_text_takes_long(hostile):
    assert isinstance(cleaned(hostile * 100_000), str)


def test_marks_beyond_what_a_letter_can_have_are_left_out():
    some, many = "e" + "\u0323" * 30, "e" + "\u0323" * 31
    rest = " soft" * 100
    assert cleaned(some + rest) == cleaned(many + rest) == unicodedata.normalize("NFC", some) + rest
    shown = "\u2026" * 40 + "\U0001f469\u200d\U0001f4bb" * 40 + rest
    assert cleaned(shown) == shown


def test_a_mark_is_no_letter_and_no_white_space():
    marks = [mark for mark in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(mark)]
    assert not any(mark.isalnum() or mark.isspace() or mark.isascii() for mark in marks)
