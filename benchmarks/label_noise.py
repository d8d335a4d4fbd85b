"""How far the labels of the sample can be met at all.

Each of its snippets has the scores of 20 people, of which the mean decides the class. From 20
people drawn out of these (with replacement), another panel is made: how often it gives the same
class is about what the best model could score. Such a model would have to know what people think,
so this is a ceiling, not a goal. Files of reviews with one rating for a text say nothing of it.
"""

import ast
import statistics
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reviews.client.files import cache
from reviews.client.files.samples import installable_reviews, rating_of_score

_PANELS = 400
_OUTER = "vaderSentiment-3.3.2.tar.gz"
_INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
_TABLE = "hutto_ICWSM_2014/amazonReviewSnippets_anonDataRatings.txt"


def measure(_reviews: Path) -> None:
    """Prints, by class, how often another panel agrees."""
    random = np.random.default_rng(1)
    agreement: dict[int, list[float]] = defaultdict(list)
    for scores in _scores():
        label = _sentiment(statistics.mean(scores))
        means = random.choice(scores, (_PANELS, len(scores))).mean(axis=1)
        agreement[label].append(
            statistics.mean(_sentiment(mean) == label for mean in means.tolist())
        )
    print("| sentiment | snippets | another panel agrees |")
    print("| --- | --- | --- |")
    for label, shares in sorted(agreement.items()):
        print(f"| {label} | {len(shares):,} | {statistics.mean(shares):.3f} |")
    mean = statistics.mean(statistics.mean(shares) for shares in agreement.values())
    print(f"| classes of equal size | | {mean:.3f} |", flush=True)


def _scores() -> Iterator[list[int]]:
    """The scores of each snippet, from -4 to 4."""
    with tempfile.TemporaryDirectory() as folder:
        installable_reviews(Path(folder) / "sample.csv")  # keeps the package in the cache
    with (
        tarfile.open(cache.folder() / _OUTER) as outer,
        tarfile.open(fileobj=outer.extractfile(_INNER), mode="r:gz") as inner,
    ):
        lines = inner.extractfile(_TABLE).read().decode().splitlines()
    for line in lines:
        if line.strip():
            yield ast.literal_eval(line.rsplit("\t", 1)[1])


def _sentiment(score: float) -> int:
    rating = rating_of_score(score)
    return (rating > 3) - (rating < 3)
