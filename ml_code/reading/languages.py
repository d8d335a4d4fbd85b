"""A guess of a text's language, for shares of many texts and not for a single one.

A text whose letters are mostly not Latin has the name of their script. A Latin one has the language
of which it has the most function words: they are frequent in every text of a language, whatever it
is about. A short text without them has no language here.
"""

import re
import unicodedata
from collections import Counter
from functools import cache

UNDETERMINED = ""
_FEWEST = 2  # function words, since one alone may be a name or a word of several languages
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_READ_CHARACTERS = 1000
# Words that are frequent in a language. One that several languages have is in each of them, so that
# it does not decide between them.
_FUNCTION_WORDS = {
    "en": "the and is it this was for but not with are my very have so of to that in they you i on"
    " no these as do them too which would",
    "de": "der die das und ist nicht ich es sehr mit ein eine auf für auch zu den sie wie aber war"
    " so was in des du im bei noch",
    "fr": "le la les et est une des pas très je pour que dans avec mais il sur ce un plus cette de"
    " en on du se qui sont",
    "es": "el la los y es muy una que no por con para lo un pero mi se las más este esta en de del"
    " al como son",
    "it": "il la è di che non una un molto per con sono ma mi si le ho questo questa più del i e lo"
    " da in no della",
    "pt": "o a os e é não muito uma que com para do da um mas em mais este esta são de por se no",
    "nl": "de het een en is niet ik van zeer goed op dat maar met voor te zijn heel deze wel in of"
    " was ze",
}
_LANGUAGES_OF_WORD: dict[str, list[str]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF_WORD.setdefault(_word, []).append(_language)


def language_of(text: str) -> str:
    """A code such as `en`, the name of a script such as `Cyrillic`, or UNDETERMINED."""
    start = text[:_READ_CHARACTERS]
    if not start.isascii() and (script := _script(start)) != "Latin":
        return script
    votes: Counter[str] = Counter()
    for word in _WORD.findall(start.casefold()):
        votes.update(_LANGUAGES_OF_WORD.get(word, ()))
    (best, most), *others = [*votes.most_common(2), (UNDETERMINED, 0)][:2]
    if most < _FEWEST or (others and others[0][1] == most):
        return UNDETERMINED
    return best


def _script(text: str) -> str:
    """The script of most letters; Latin where there are none."""
    scripts = Counter(_script_of(letter) for letter in text if letter.isalpha())
    return scripts.most_common(1)[0][0] if scripts else "Latin"


@cache
def _script_of(letter: str) -> str:
    """The first word of a letter's Unicode name is its script; Chinese letters are CJK."""
    first = unicodedata.name(letter, "Other").split()[0]
    return first if first == "CJK" else first.capitalize()
