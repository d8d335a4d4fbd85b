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
        ("", ""),
    ],
)
def test_html_and_invisible_characters_become_what_they_mean(raw, text):
    assert cleaned(raw) == text


@pytest.mark.parametrize(
    "raw",
    ["nan", "NaN", "NULL", "None", "N/A", "n.a.", "#N/A", "<NA>", "\\N", "(null)", "-", ".", "...",
     "--", "?", '""', " ", "\u00a0", "\u200b", "\ufeff\ufeff", "\u200d", "\0", "<br />", "&nbsp;",
     "\x01\x02"],
)  # fmt: skip
def test_what_stands_for_nothing_is_no_text(raw):
    assert review_text("", raw) == ""
    assert review_text(raw, raw) == ""
    assert review_text(raw, "soft") == "soft"


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
    "hostile", ["<", "&", "<b ", "<!--", "&amp;", "<a b='", '<a b="', "[[VIDEOID:", "<b a=", "&#1"]
)
def test_no_text_takes_long(hostile):
    assert isinstance(cleaned(hostile * 100_000), str)
