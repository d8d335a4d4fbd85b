"""A rating with a remark, such as `5 - Excellent`, `Poor (1)` and `★★★☆☆ (3)`.

The remark has to say the same: on a scale whose best number is 1, `1 - Excellent` is not what the
classes take 1 for.
"""

import re
from collections.abc import Iterator

_SEPARATOR = re.compile(r"\s*[-\u2013\u2014:=]\s*|\s*(?=[(\[])|\s+")
_BRACKETED = re.compile(r"\((.+)\)|\[(.+)\]")
_LONGEST = 60  # characters; a longer one is a text
_LOW = "awful|bad|disagree|disappointing|disliked|dissatisfied|hated|horrible|negative|poor|"
_LOW += "terrible|unhappy|unlikely|unsatisfied|worst"
_BETWEEN = "acceptable|average|fair|neutral|ok|okay"
_HIGH = "agree|amazing|best|excellent|fantastic|good|great|happy|liked|likely|loved|outstanding|"
_HIGH += "perfect|positive|satisfied|superb"
# SurveyMonkey's scales: "Not at all likely - 0", "3 - Neither satisfied nor dissatisfied".
_LOW += rf"|not (?:at all |very |so )?(?:{_HIGH})"
_BETWEEN += r"|neither \w+ nor \w+"
_WORD = re.compile(
    r"(?:i )?(?:very |extremely |strongly |somewhat |quite |completely |slightly )?"
    rf"(?:(?P<low>{_LOW})|(?P<between>{_BETWEEN})|(?P<high>{_HIGH}))(?: it)?"
)


def bracketed(text: str) -> str:
    """What stands between the brackets around the text; empty where there are none."""
    found = _BRACKETED.fullmatch(text)
    return (found[1] or found[2]) if found else ""


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each way to split the text into two parts, of which one may be a remark about the other."""
    if len(text) > _LONGEST:
        return
    for found in _SEPARATOR.finditer(text):
        first, second = text[: found.start()], text[found.end() :]
        if first and second and not (first[-1].isdigit() and second[0].isdigit()):  # 4-5, 4 4/5
            yield first, bracketed(second) or second


def says(remark: str, number: float, low: float, high: float) -> bool:
    """Whether it is a known word for such a number of a scale from `low` to `high`."""
    found = _WORD.fullmatch(remark)
    side, middle = found.lastgroup if found else "", (low + high) / 2
    if side == "low":
        return number < middle
    if side == "high":
        return number >= middle
    return side == "between" and low < number < high
