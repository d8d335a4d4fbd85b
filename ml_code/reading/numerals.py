"""Numbers as ratings are written: `4,5`, `4.0 out of 5 stars`, `★★★★☆`, `FIVE`, `80%`.

What could mean two numbers is not read.
"""

import html
import re
import unicodedata

from .text import cleaned, meant

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBER = r"([+-]?[0-9]+(?:\.[0-9]+|,[0-9]{1,2})?)"  # three digits: "1,234" may be thousands
_WORD = rf"({'|'.join(_WORDS)})"
_STARS = r"(?:[- ]?(?:stars?|sterne?n?|étoiles?|estrellas?|stelle|stella|estrelas?|sterren|★|⭐|"
_STARS += r"星|stjärn\w*|gwiazd\w*|зв[её]зд\w*|bubbles?|points?|punkten?))"
_NAMED = r"(?:rated |rating:? ?)?"
_OF = r"(?:\s*/\s*|\s+(?:out of|of|von|sur|de|su|van|av|z|из)\s+)"
_PLAIN = re.compile(rf"{_NAMED}[★⭐]?(?:{_NUMBER}|{_WORD}){_STARS}?")
_MIXED = re.compile(r"([0-9]+)(?:½| 1/2)")
# As on Amazon's pages in nine languages: "4,0 von 5 Sternen", "4,0 étoiles sur 5".
_OUT_OF = re.compile(rf"{_NAMED}(?:{_NUMBER}|{_WORD}){_STARS}?{_OF}(?:{_NUMBER}|{_WORD}){_STARS}?")
_WHOLE_FIRST = re.compile(rf"{_NUMBER}つ星のうち\s*{_NUMBER}")  # on those in Japanese
_PERCENT = re.compile(rf"{_NUMBER}\s?%")
_FULL, _EMPTY, _HALF = "★⭐🌟*●", "☆✩✰○", "½"
_HALF_KEPT = "\0"  # in its place during NFKC, which would make "1/2" of it
_STAR_ROW = re.compile(rf"([{re.escape(_FULL)}]+)({_HALF}?)([{_EMPTY}]*)")
_EXCEL_TEXT = re.compile(r'=?"(.*)"|\'(.*)', re.DOTALL)


def number(raw: str, highest: int) -> float | None:
    """The number, on a scale up to `highest`; None when it is no number, or not certainly one."""
    try:
        found = float(raw.replace("_", "?"))  # Python reads 1_0 as 10
    except ValueError:
        return _written(cleaned(unwrapped(raw)).casefold(), highest)
    return None if found != found else found


def is_missing(raw: str) -> bool:
    """Whether it is empty or stands for a missing value, such as `nan` and `N/A`."""
    return not meant(cleaned(unwrapped(raw)))


def unwrapped(raw: str) -> str:
    """The text without quotes, and without the marks that make a number a text in Excel: `="5"` and
    `'5`."""
    text = raw.strip()
    found = _EXCEL_TEXT.fullmatch(text)
    return (found[1] if found[1] is not None else found[2]).strip() if found else text


def _written(text: str, highest: int) -> float | None:
    text = unicodedata.normalize("NFKC", html.unescape(text).replace("½", _HALF_KEPT))
    text = text.replace("\ufe0f", "").replace(_HALF_KEPT, "½").rstrip(".!")
    for form in (_plain, _mixed, _star_row, _out_of, _whole_first, _percent):
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
    """Hollow stars must fill up the scale: ★★★☆ may be 3 of 4 or 3 of 5."""
    found = _STAR_ROW.fullmatch(text.replace(" ", ""))
    if found is None or (found[3] and len(found[1] + found[2] + found[3]) != highest):
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
