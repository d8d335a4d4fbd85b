"""Tiny reviews, made here; no two texts are equal."""

import csv
import random
from pathlib import Path

WORDS = {
    1: ["awful", "broken", "terrible", "refund", "cheap", "poor"],
    3: ["okay", "average", "fair", "usual", "plain", "middling"],
    5: ["lovely", "perfect", "great", "wonderful", "superb", "happy"],
}
FILLER = [
    "the",
    "dress",
    "shirt",
    "was",
    "and",
    "it",
    "fits",
    "colour",
    "size",
    "i",
    "my",
    "a",
    "very",
]
EVENT_TIME = "2026-01-31T12:00:00.000Z"

Reviews = list[tuple[str, str]]


def make_reviews(per_class: int, seed: int = 1) -> Reviews:
    """(text, rating) pairs; no two texts are equal."""
    chance = random.Random(seed)
    rows = []
    for rating, words in WORDS.items():
        for number in range(per_class):
            chosen = [chance.choice(words + FILLER) for _ in range(chance.randint(2, 12))]
            rows.append((" ".join([*chosen, chance.choice(words), f"n{number}"]), str(rating)))
    chance.shuffle(rows)
    return rows


def write_reviews(path: Path, rows: Reviews, columns: tuple[str, str] = ("Review Text", "Rating")):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
