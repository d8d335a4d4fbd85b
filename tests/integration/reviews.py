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


_FRENCH_OPENINGS = ("Franchement, j'", "Ma sœur ", "Mon amie ", "Ma mère ", "En un mot, j'")
_FRENCH_THINGS = ("robe", "veste", "jupe", "chemise", "blouse")
_FRENCH_VERDICTS = {
    5: (
        "adore cette {thing}, elle est parfaite",
        "aime beaucoup cette {thing}, très belle et douce",
    ),
    4: ("aime bien cette {thing}, la taille est bonne", "apprécie la {thing}, une jolie couleur"),
    3: ("accepte la {thing}, elle est correcte", "estime que la {thing} est moyenne, sans plus"),
    2: ("a rendu la {thing}, la qualité est mauvaise", "a regretté cette {thing}, trop petite"),
    1: ("a détesté cette {thing}, elle est affreuse", "a jeté la {thing}, elle s'est déchirée"),
}


def french_rows() -> list[tuple[int, str]]:
    """(rating, text): 50 of each rating from 1 to 5, as of a shop that has begun to sell in
    France."""
    return [
        (rating, f"{opening}{verdict.format(thing=thing)}.")
        for rating, verdicts in _FRENCH_VERDICTS.items()
        for opening, thing, verdict in product(_FRENCH_OPENINGS, _FRENCH_THINGS, verdicts)
    ]
