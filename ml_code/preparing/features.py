"""The second pass over a chunk of reviews: the chosen ones become rows of features."""

from dataclasses import dataclass
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.feature_files import encoded
from common.rated_labels import RatedLabels
from contract.features import (
    EVENT_TIME,
    INPUT_IDS,
    LABEL_ID,
    REVIEW_BODY,
    REVIEW_ID,
    SCHEMA,
    SENTIMENT,
    SPLIT_TYPE,
    SPLITS,
    STAR_RATING,
)
from preparing.selection import UNUSED
from preparing.texts import identity


@dataclass(frozen=True, kw_only=True)
class FeatureTask:
    """`splits` and `places` have one entry a line of `texts_file`."""

    texts_file: Path
    splits: NDArray[np.int8]
    places: NDArray[np.int8]
    labels: RatedLabels
    tokenizer: Path
    max_length: int
    event_time: str
    file_format: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a chunk gave: per split its rows in the file format (text, or an Arrow table)."""

    parts: dict[str, Any]
    counts: dict[str, int]
    lengths: NDArray[np.int64]  # tokens of each row, before the cut


def make_features(task: FeatureTask) -> Made:
    """Tokenises the chosen reviews of the chunk."""
    chosen = task.splits != UNUSED
    with task.texts_file.open(encoding="utf-8", newline="\n") as file:
        texts = [line[:-1] for line in compress(file, chosen)]
    ids, lengths = _encoder(task.tokenizer, task.max_length).encode(texts)
    classes = task.labels.features
    rated = [classes[place] for place in task.places[chosen].tolist()]
    splits = [SPLITS[split] for split in task.splits[chosen].tolist()]
    columns = {
        REVIEW_ID: [identity(text) for text in texts],
        EVENT_TIME: [task.event_time] * len(texts),
        SENTIMENT: [sentiment for sentiment, _, _ in rated],
        LABEL_ID: [label for _, label, _ in rated],
        STAR_RATING: [star for _, _, star in rated],
        INPUT_IDS: ids,
        REVIEW_BODY: texts,
        SPLIT_TYPE: splits,
    }
    rows: dict[str, list[tuple[Any, ...]]] = {split: [] for split in SPLITS}
    for split, row in zip(splits, SCHEMA.rows(columns), strict=True):
        rows[split].append(row)
    return Made(
        parts={split: encoded(found, task.file_format) for split, found in rows.items()},
        counts={split: len(found) for split, found in rows.items()},
        lengths=np.array(lengths, dtype=np.int64),
    )


@cache
def _encoder(tokenizer: Path, max_length: int) -> Any:
    """One a process; what it remembers serves every chunk."""
    from tokenizers import Tokenizer

    from preparing.words import WordEncoder

    return WordEncoder(Tokenizer.from_file(str(tokenizer)), max_length=max_length)
