"""Reviews for the tests: deterministic, easy to classify, and with distinct texts."""

import csv
import io
from collections.abc import Iterable
from itertools import product

_OPENINGS = ("I", "My sister", "My friend", "My mother", "Honestly, I")
_THINGS = ("dress", "sweater", "blouse", "skirt", "jacket", "pair of jeans", "coat", "shirt")
_VERDICTS = {
    5: ("loved this {thing}, it is perfect", "adored the {thing}, beautiful and soft"),
    4: ("liked the {thing}, great fit", "was happy with this {thing}, lovely colour"),
    3: ("thought the {thing} was okay", "found this {thing} average, nothing special"),
    2: ("returned the {thing}, poor quality", "was disappointed by this {thing}"),
    1: ("hated this {thing}, it is awful", "got a terrible {thing}, it fell apart"),
}
HEADER = ("Clothing ID", "Age", "Review Text", "Rating")


def rows() -> list[tuple[int, str]]:
    """(rating, text): 80 of each rating from 1 to 5."""
    return [
        (rating, f"{opening} {verdict.format(thing=thing)}.")
        for rating, verdicts in _VERDICTS.items()
        for opening, thing, verdict in product(_OPENINGS, _THINGS, verdicts)
    ]


def to_csv(content: Iterable[tuple[int, str]], header: tuple[str, ...] = HEADER) -> bytes:
    """The rows as the CSV that the pipeline expects; `header` replaces the columns' names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows((index, 40, text, rating) for index, (rating, text) in enumerate(content))
    return out.getvalue().encode()
