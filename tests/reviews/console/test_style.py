"""The contrast of texts and their backgrounds."""

import re

import pytest

from common.html_report import document
from reviews.console.pages import FOLDER

STYLE = (FOLDER / "static" / "style.css").read_text()
LIGHT, DARK = re.findall(r":root \{(.+?)\}", STYLE, re.DOTALL)
TEXTS = ("ink", "soft", "mark", "good", "bad", "caution")
ENOUGH = 4.5  # WCAG 2.2, AA


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("background", ["page", "panel"])
def test_texts_stand_out_from_their_background(scheme: str, background: str) -> None:
    colours = dict(re.findall(r"--(\w+): #([0-9a-f]+)", scheme))
    weak = [name for name in TEXTS if contrast(colours[name], colours[background]) < ENOUGH]
    assert weak == []


def test_the_reports_have_the_same_colours() -> None:
    report = document("", [])
    for name in ("ink", "line", "panel", "mark", "page"):
        pattern = rf"--{name}: #[0-9a-f]+"
        assert re.findall(pattern, STYLE) == re.findall(pattern, report), name
