"""python -m benchmarks.scoring_client CSV FOLDER: counts, splits and joins as `reviews score` does.

Without AWS: the parts are files of FOLDER, and so are their answers, which follow from the texts.
Prints what each stage took in seconds of processor time, then how many parts and rows there were.
Fails if a row has another answer than its own.
"""

import csv
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from infra.settings import Columns, settings_for
from reviews.cli import scored_file
from reviews.client.files.review_files import ReviewFile, rating_test
from reviews.client.scoring.answers import Answers, join
from reviews.client.scoring.parts import split

_COLUMNS = Columns(title="")
_LABELS = ("negative", "neutral", "positive")


class Folder:
    """A bucket in a folder, as far as `Answers` asks one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_paginator(self, _operation: str) -> "Folder":
        return self

    def paginate(self, *, Prefix: str, **_bucket: str) -> list[dict[str, Any]]:
        found = sorted(self._folder.glob(f"{Prefix}*"))
        return [{"Contents": [{"Key": path.name} for path in found]}]

    def get_object(self, *, Key: str, **_bucket: str) -> dict[str, BinaryIO]:
        return {"Body": (self._folder / Key).open("rb")}


def main(source: Path, folder: Path) -> None:
    sizes: list[int] = []
    target = folder / "scored.csv"
    stages: list[Callable[[], object]] = [
        lambda: sum(bool(review.text) for review in _open(source)),
        lambda: sizes.extend(_split(source, folder)),
        lambda: _answer(folder),
        lambda: scored_file.write(
            target,
            ["Review Text", "Rating"],
            join(_open(source), Answers(Folder(folder), "bucket", "part-").read(sizes)),
        ),
    ]
    for stage in stages:
        started = time.process_time()
        stage()
        print(time.process_time() - started, flush=True)
    print(len(sizes), _check(source, target))


def _open(source: Path) -> ReviewFile:
    (settings,) = settings_for("local")
    return ReviewFile(source, _COLUMNS, rating_test(settings))


def _split(source: Path, folder: Path) -> Iterator[int]:
    for part in split(review.text for review in _open(source) if review.text):
        (folder / part.name).write_bytes(part.body)
        yield part.texts


def _answer(folder: Path) -> None:
    """As a transform job: for each part an object of the answers, a line for each record."""
    for part in sorted(folder.glob("part-*.jsonl")):
        with part.open("rb") as records, part.with_name(f"{part.name}.out").open("w") as out:
            for record in records:
                answers = [_prediction(text) for text in json.loads(record)["features"]]
                out.write(f"{json.dumps(answers)}\n")


def _prediction(text: str) -> dict[str, Any]:
    label = _LABELS[_class(text)]
    return {
        "label": label,
        "sentiment": _LABELS.index(label) - 1,
        "probability": 0.9,
        "probabilities": {name: 0.9 if name == label else 0.05 for name in _LABELS},
    }


def _class(text: str) -> int:
    return zlib.crc32(text.encode()) % len(_LABELS)


def _check(source: Path, target: Path) -> int:
    """How many rows came back. Raises RuntimeError for one that is not the row of the source at
    its place, or has not its own answer."""
    with target.open(newline="", encoding="utf-8") as file:
        rows, number = csv.reader(file), 0
        next(rows)
        for number, (review, row) in enumerate(zip(_open(source), rows, strict=True), start=1):
            if row[:2] != list(review.fields) or row[2] != _LABELS[_class(review.text)]:
                raise RuntimeError(f"row {number} is another, or has another's answer: {row}")
    return number


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
