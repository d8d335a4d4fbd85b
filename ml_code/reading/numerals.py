"""Numbers as ratings are written: `4,5`, `4.0 out of 5 stars`, `★★★★☆`, `FIVE`, `四星`, `80%`.

What could mean two numbers is not read.
"""

import html
import re
import unicodedata

from .remarks import bracketed, pairs, says
from .text import cleaned, meant

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBER = r"([+-]?[0-9]+(?:\.[0-9]+|,[0-9]{1,2})?)"  # three digits: "1,234" may be thousands
_WORD = rf"({'|'.join(_WORDS)})"
_COUNTED = "(?:[つ颗顆]?星级?|[分点點])"  # stars or points, in Chinese and Japanese
_STARS = r"(?:[- ]?(?:stars?(?: rating)?|star\(s\)|sterne?n?|étoiles?|estrellas?|stelle|stella|"
_STARS += r"estrelas?|sterren|stjärn\w*|gwiazd\w*|зв[её]зд\w*|bubbles?|points?|punkten?|"
_STARS += rf"[★⭐🌟*]|{_COUNTED}))"
_NAMED = r"(?:(?:rat(?:ed|ing)|score|stars?|评分|評分)(?:\s?[:=]\s?|\s))?"
_OF = r"(?:\s*/\s*|\s+(?:out of|of|von|sur|de|su|van|av|z|из)\s+)"
_PLAIN = re.compile(rf"{_NAMED}(?:[★⭐🌟] ?)?(?:{_NUMBER}|{_WORD}){_STARS}?")
_MIXED = re.compile(r"([0-9]+)(?:½| 1/2)")
# As on Amazon's pages in nine languages: "4,0 von 5 Sternen", "4,0 étoiles sur 5".
_OUT_OF = re.compile(rf"{_NAMED}(?:{_NUMBER}|{_WORD}){_STARS}?{_OF}(?:{_NUMBER}|{_WORD}){_STARS}?")
_WHOLE_FIRST = re.compile(rf"{_NUMBER}つ星のうち\s*{_NUMBER}")  # on those in Japanese
_HAN = re.compile(rf"([一二两兩三四五六七八九十]){_COUNTED}")
_HAN_VALUES = dict(zip("一二两兩三四五六七八九十", (1, 2, 2, 2, *range(3, 11)), strict=True))
_PERCENT = re.compile(rf"{_NUMBER}\s?%")
_FULL, _EMPTY, _HALF = "★⭐🌟*●♥❤■◆", "☆✩✰○♡🤍□◇", "½"
_NO_STARS = frozenset("♥❤■◆")  # three hearts may also be a reader's delight
_HALF_KEPT = "\0"  # in its place during NFKC, which would make "1/2" of it
_STAR_ROW = re.compile(rf"([{re.escape(_FULL)}]+)({_HALF}?)([{_EMPTY}]*)")
_AMOUNT = re.compile(rf"[0-9½{re.escape(_FULL)}]|{_WORD}|{_COUNTED}")  # in each rating
_QUOTES = "\"'`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"


def number(raw: str, low: int, high: int) -> float | None:
    """The number, on a scale from `low` to `high`; None when it is none, or not certainly one."""
    try:
        found = float(raw.replace("_", "?"))  # Python reads 1_0 as 10
    except ValueError:
        return _written(cleaned(unwrapped(raw)).casefold(), low, high)
    return None if found != found else found


def is_missing(raw: str) -> bool:
    """Whether it is empty or stands for a missing value, such as `nan` and `N/A`."""
    return not meant(cleaned(unwrapped(raw)))


def unwrapped(raw: str) -> str:
    """The text without quotes, and without the marks that make a number a text in Excel: `="5"` and
    `'5`."""
    text = raw.strip()
    return (text[1:] if text.startswith('="') else text).strip(_QUOTES).strip()


def _written(text: str, low: int, high: int) -> float | None:
    text = unicodedata.normalize("NFKC", html.unescape(text).replace("½", _HALF_KEPT))
    text = text.replace("\ufe0f", "").replace(_HALF_KEPT, "½").rstrip(".!")
    inner = bracketed(text)
    if inner and not (text[0] == "(" and _is_bare(inner)):  # accountants write -5 as (5)
        text = inner
    found = _read(text, high)
    return _with_remark(text, low, high) if found is None else found


def _with_remark(text: str, low: int, high: int) -> float | None:
    """4 for "4 - very good", "Good (4)" and "★★★★☆ 4/5", whose parts agree."""
    if not _AMOUNT.search(text):
        return None  # as in most texts, at once
    for parts in pairs(text):
        numbers = [_read(part, high) for part in parts]
        for found, remark in zip(numbers, reversed(parts), strict=True):
            if found is not None and says(remark, found, low, high):
                return found
        agree = numbers[0] is not None and numbers[0] == numbers[1]
        if agree and not all(map(_is_bare, parts)):  # "5 (5)" may be five votes
            return numbers[0]
    return None


def _is_bare(text: str) -> bool:
    return re.fullmatch(_NUMBER, text) is not None


def _read(text: str, highest: int) -> float | None:
    for form in (_plain, _mixed, _star_row, _out_of, _whole_first, _han, _percent):
        found = form(text, highest)
        if found is not None:
            return found
    return None


def _plain(text: str, highest: int) -> float | None:  # noqa: ARG001 - all forms have this signature
    found = _PLAIN.fullmatch(text)
    return _float(found[1] or found[2]) if found else None


def _mixed(text: str, highest: int) -> float | None:  # noqa: ARG001 - all forms have this signature
    found = _MIXED.fullmatch(text)
    return float(found[1]) + 0.5 if found else None


def _star_row(text: str, highest: int) -> float | None:
    """Hollow stars, and all other symbols, must fill up the scale: ★★★☆ may be 3 of 4 or 3 of 5."""
    found = _STAR_ROW.fullmatch(text.replace(" ", ""))
    if found is None:
        return None
    must_fill = bool(found[3]) or not _NO_STARS.isdisjoint(found[1])
    if must_fill and len(found[0]) != highest:
        return None
    return len(found[1]) + 0.5 * len(found[2])


def _out_of(text: str, highest: int) -> float | None:
    found = _OUT_OF.fullmatch(text)
    if found is None:
        return None
    return _scaled(_float(found[1] or found[2]), _float(found[3] or found[4]), highest)


def _whole_first(text: str, highest: int) -> float | None:
    found = _WHOLE_FIRST.fullmatch(text)
    return _scaled(_float(found[2]), _float(found[1]), highest) if found else None


def _han(text: str, highest: int) -> float | None:  # noqa: ARG001 - all forms have this signature
    found = _HAN.fullmatch(text)
    return _HAN_VALUES[found[1]] if found else None


def _percent(text: str, highest: int) -> float | None:
    found = _PERCENT.fullmatch(text)
    return _scaled(_float(found[1]), 100, highest) if found else None


def _scaled(part: float, whole: float, highest: int) -> float | None:
    """The number on our scale, if it is a whole or half one there: 80% and 8/10 are 4 of 5."""
    if whole == highest:
        return part
    if min(whole, highest) <= 0 or not 0 <= part <= whole:
        return None
    scaled = part * highest / whole
    return scaled if (2 * scaled).is_integer() else None


def _float(text: str) -> float:
    return float(_WORDS.index(text)) if text in _WORDS else float(text.replace(",", "."))
