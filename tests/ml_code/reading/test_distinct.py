import random

import numpy as np
import pytest

from preparing.selection import select
from preparing.text_hashes import exact_text_hashes, text_hashes
from reading.classes import parse
from reading.distinct import DistinctReviews

CLASSES = parse("negative:-1=1,2/neutral:0=3/positive:1=4,5")
WORDS = ("soft", "Soft", "STRASSE", "straße", "ΣΑΣ", "σας", "I", "\u0131", "\u0130")


@pytest.mark.parametrize("seed", range(5))
def test_the_survey_counts_what_the_preparation_keeps(seed):
    source = random.Random(seed)
    texts = [f"{source.choice(WORDS)} {source.randrange(200)}" for _ in range(900)]
    ratings = [source.randrange(5) for _ in texts]
    reviews = DistinctReviews()
    for at in range(0, len(texts), 300):
        reviews.add(texts[at : at + 300], ratings[at : at + 300])
    selection = select(
        hashes=text_hashes(texts),
        exact_hashes=exact_text_hashes(texts),
        rating_indices=np.array(ratings, dtype=np.int8),
        labels=CLASSES,
        shares=(0.8, 0.1, 0.1),
        balance=False,
        seed=seed,
    )
    counts = reviews.counts(CLASSES.ratings.label_of, len(CLASSES.names))
    assert counts == list(selection.available.values())
    assert len(texts) - sum(counts) == selection.duplicates > 0


def test_nothing_counts_nothing():
    assert DistinctReviews().counts(CLASSES.ratings.label_of, 3) == [0, 0, 0]
