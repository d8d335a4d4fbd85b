"""Review files of any size, out of a real one."""

import csv
import random
from pathlib import Path

import pandas as pd


def grow(source: Path, target: Path, rows: int, *, seed: int = 1) -> Path:
    """Writes `rows` reviews: halves of two reviews of equal rating, so that few texts repeat."""
    frame = pd.read_csv(source, dtype=str, keep_default_na=False)
    frame = frame[frame["Review Text"].str.strip() != ""]
    halves = {
        rating: [(text[: len(text) // 2], text[len(text) // 2 :]) for text in group]
        for rating, group in frame.groupby("Rating")["Review Text"]
    }
    chance = random.Random(seed)
    ratings = chance.choices(frame["Rating"].tolist(), k=rows)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Review Text", "Rating"])
        for rating in ratings:
            first, second = chance.choice(halves[rating])[0], chance.choice(halves[rating])[1]
            writer.writerow([first + second, rating])
    return target
