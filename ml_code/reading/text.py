"""The text of a review, the same for the training and for the endpoint.

HTML becomes what it means, since shops export what their pages show: `<br />` is a space, `&#39;`
an apostrophe. What stands for a missing value (`nan`, `N/A`, `-`) is no text.
"""

import html
import re
import unicodedata

# Tags that begin a line of their own part words; the others stand inside words ("<b>W</b>OW").
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
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TIMES = 3  # exports escape what was escaped; "&amp;amp;quot;" was seen
# Soft hyphens, and spaces and marks without a width. The joiners U+200C and U+200D have a meaning
# in Persian, in Indian scripts and between emoji.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_JOINERS = "\u200c\u200d\ufe0f"
_CONTROLS = "".join(map(chr, (*range(32), *range(127, 160))))
_FILLERS = _CONTROLS + " -\u2010\u2011\u2012\u2013\u2014\u2015_.\u2026\u00b7\u2022,'\"`" + _JOINERS
_PLACEHOLDERS = frozenset(
    [
        *("nan", "-nan", "null", "(null)", "[null]", "<null>", "none", "nil", "nat", "undefined"),
        *("na", "n/a", "n.a", "<na>", "#n/a", "#na", "#value!", "#ref!", "#name?", "\\n", "?"),
    ]
)
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))


def cleaned(text: str) -> str:
    """The text as it is stored and tokenised: plain, composed Unicode with single spaces."""
    if "&" in text:
        text = _unescaped(text)
    if "<" in text or "[" in text:
        text = _NOTHING.sub("", _BLOCK_TAG.sub(" ", text))
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    # No white space but single spaces, as in most texts: seven times as fast as split and join.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def joined(title: str, body: str) -> str:
    """Title and body as one text; a title that ends like a word gets a full stop."""
    if not title or not body:
        return title or body
    return f"{title}{'' if title[-1] in '.!?' else '.'} {body}"


def review_text(title: str, body: str) -> str:
    """What the model reads of a review; empty when there is neither a title nor a text."""
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
