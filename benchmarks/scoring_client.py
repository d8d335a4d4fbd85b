"""python -m benchmarks.scoring_client CSV OUT: reads, splits and joins it as `reviews score` does.

Without AWS: parts go nowhere, and each text has the same answer. Prints the seconds of processor
time of each stage.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra.settings import Columns
from reviews.cli import scored_file
from reviews.client.files.review_files import ReviewFile
from reviews.client.scoring.answers import join
from reviews.client.scoring.parts import split

_ANSWER = {"label": "positive", "sentiment": 1, "probability": 0.9, "probabilities": {}}
_COLUMNS = Columns(title="")


def main(source: Path, target: Path) -> None:
    stages: list[Callable[[], object]] = [
        lambda: sum(bool(review.text) for review in ReviewFile(source, _COLUMNS)),
        lambda: sum(len(part.body) for part in split(_texts(source))),
        lambda: scored_file.write(
            target, ["Review Text", "Rating"], join(ReviewFile(source, _COLUMNS), _answers())
        ),
    ]
    for stage in stages:
        started = time.process_time()
        stage()
        print(time.process_time() - started)


def _texts(source: Path) -> Iterator[str]:
    return (review.text for review in ReviewFile(source, _COLUMNS) if review.text)


def _answers() -> Iterator[dict[str, Any]]:
    while True:
        yield _ANSWER


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
