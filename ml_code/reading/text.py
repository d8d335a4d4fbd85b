"""Cleans the text of a review, in the same way for the training and for the endpoint.

HTML is replaced by its meaning, since shops export what their pages show: `<br />` is a space,
`&#39;` an apostrophe. What stands for a missing value (`nan`, `N/A`, `-`) is no text.
"""

import html
import re
import unicodedata

# Tags that begin a line separate words; the others may stand within a word ("<b>W</b>OW").
_BLOCKS = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|"
_BLOCKS += "th|thead|tr|ul"
_INLINES = "a|abbr|b|big|center|code|del|em|font|i|iframe|img|ins|mark|s|small|span|strike|strong|"
_INLINES += "sub|sup|u|video"
# "a <b and c> d" is no tag: attributes have values.
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?"""
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}>", re.IGNORECASE)
# [[VIDEOID:...]] is where Amazon's pages show a video.
_NOTHING = re.compile(
    rf"</?(?:{_INLINES}){_ATTRIBUTES}>|<!--[^<>]*-->|\[\[VIDEOID:\w*\]\]", re.IGNORECASE
)
# With its semicolon only: "AT&T" and "black&notwhite" are what they are.
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,200}>[^<]{0,2000}</\1>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[([^<>]*)\]\]>")
_EXCEL_BREAK = re.compile("_x000[aAdD]_")  # how .xlsx writes line ends (ECMA-376, ST_Xstring)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TIMES = 3  # exports escape what was escaped; "&amp;amp;quot;" was seen
# Soft hyphens, spaces without a width, marks of direction, fillers of Korean syllables, format
# characters of music: the property "Default_Ignorable_Code_Point" of
# https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt, but for the joiners below.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb]"
)
_BLANKS = re.compile("[\u2800\u3164\uffa0]")  # look like a space, and are none to str.split
_EITHER = re.compile(f"{_INVISIBLE.pattern[:-1]}{_BLANKS.pattern[1:]}")
_BEYOND = (*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B))  # too rare to be looked for
# These have a meaning within a text: in Persian, Indian scripts, Mongolian and emoji.
_JOINERS = "\u034f\u180b\u180c\u180d\u180f\u200c\u200d" + "".join(
    map(chr, (*range(0xFE00, 0xFE10), *_BEYOND, *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0)))
)
# unicodedata.normalize takes n² steps to put a run of n marks in order: minutes for megabytes of
# them, as a client may send. At most 30 are kept, by the Stream-Safe Text Format
# (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format). No mark is of \w, \s or ASCII.
_MOST_MARKS = 30
_MAY_BE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")
_LONG = 500  # characters; shorter texts take no time
_CONTROLS = "".join(map(chr, (*range(32), *range(127, 160))))
# Control characters are removed; but Windows-1252 (128 to 159) is often read as Latin-1: "it\x92s".
_OF_CONTROL: dict[int, str | None] = {
    code: bytes([code]).decode("cp1252", "ignore") or None if code > 127 else None
    for code in map(ord, _CONTROLS)
    if not chr(code).isspace()
}
_FILLERS = (
    _CONTROLS
    + " "
    + _JOINERS
    + "-\u2010\u2011\u2012\u2013\u2014\u2015_.\u2026\u00b7\u2022,'\"`\ufffc\ufffd"
)
_PLACEHOLDERS = frozenset(
    [
        *("nan", "-nan", "null", "(null)", "[null]", "<null>", "none", "nil", "nat", "undefined"),
        *("na", "n/a", "n.a", "<na>", "#n/a", "#na", "#value!", "#ref!", "#name?", "\\n", "?"),
        *("n / a", "#n/a n/a", "1.#ind", "1.#qnan", "[]", "{}"),
    ]
)
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))


def cleaned(text: str) -> str:
    """The text as it is stored and tokenised: plain, composed Unicode with single spaces."""
    if "&" in text:
        text = _unescaped(text)
    if "<" in text or "[" in text:
        text = _CDATA.sub(r"\1", _SCRIPT.sub(" ", text))
        text = _NOTHING.sub("", _BLOCK_TAG.sub(" ", text))
    if "_x000" in text:
        text = _EXCEL_BREAK.sub(" ", text)
    if not text.isascii():
        if len(text) > _LONG:
            text = _MAY_BE_MARKS.sub(lambda run: _with_few_marks(run[0]), text)
        text = unicodedata.normalize("NFC", text)
        if _EITHER.search(text):
            text = _INVISIBLE.sub("", _BLANKS.sub(" ", text))
    # No white space but single spaces, as in most texts: seven times as fast as split and join.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.translate(_OF_CONTROL).split())


def joined(title: str, body: str) -> str:
    """Title and body as one text; a title without a mark at its end gets a full stop."""
    if not title or not body:
        return title or body
    return f"{title}{'' if title[-1] in '.!?' else '.'} {body}"


def review_text(title: str, body: str) -> str:
    """What the model reads of a review: cleaned title and text; empty when there is neither."""
    text = meant(cleaned(body)) if body else ""
    return joined(meant(cleaned(title)), text) if title else text


def meant(text: str) -> str:
    """A cleaned text, or nothing where it only stands for a missing one."""
    if len(text) > _LONGEST_PLACEHOLDER and text[0].isalnum():
        return text  # as nearly all are
    bare = text.strip(_FILLERS)
    if not bare:
        return ""
    is_placeholder = len(bare) <= _LONGEST_PLACEHOLDER and bare.casefold() in _PLACEHOLDERS
    return "" if is_placeholder else text


def _unescaped(text: str) -> str:
    for _ in range(_ESCAPED_TIMES):
        found = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if found == text:
            break
        text = found
    return text


def _with_few_marks(run: str) -> str:
    """The characters with only the first combining marks of each letter."""
    kept, marks = [], 0
    for character in run:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
