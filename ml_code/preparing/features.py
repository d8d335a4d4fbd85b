"""The second pass over the reviews: the selected ones become rows of features."""

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
from preparing.caching_encoder import CachingEncoder
from preparing.selection import NOT_SELECTED
from preparing.text_hashes import review_id


@dataclass(frozen=True, kw_only=True)
class FeatureTask:
    """`splits` and `rating_indices` have one entry for each line of `texts_file`."""

    texts_file: Path
    splits: NDArray[np.int8]
    rating_indices: NDArray[np.int8]
    labels: RatedLabels
    tokenizer: Path
    max_length: int
    event_time: str
    file_format: str


@dataclass(frozen=True, kw_only=True)
class FeatureParts:
    """The rows of each split, in the file format (text, or an Arrow table), and their numbers.

    `lengths` [rows] are numbers of tokens before texts were cut.
    """

    parts: dict[str, Any]
    counts: dict[str, int]
    lengths: NDArray[np.int64]


def make_features(task: FeatureTask) -> FeatureParts:
    """Tokenises the selected reviews of a chunk."""
    selected = task.splits != NOT_SELECTED
    with task.texts_file.open(encoding="utf-8", newline="\n") as file:
        texts = [line[:-1] for line in compress(file, selected)]
    ids, lengths = _encoder(task.tokenizer, task.max_length).encode(texts)
    label_features = task.labels.features
    rated = [label_features[rating] for rating in task.rating_indices[selected].tolist()]
    splits = [SPLITS[split] for split in task.splits[selected].tolist()]
    columns = {
        REVIEW_ID: [review_id(text) for text in texts],
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
    return FeatureParts(
        parts={split: encoded(found, task.file_format) for split, found in rows.items()},
        counts={split: len(found) for split, found in rows.items()},
        lengths=np.array(lengths, dtype=np.int64),
    )


@cache
def _encoder(tokenizer: Path, max_length: int) -> CachingEncoder:
    """The encoder of this process, whose cache of words lasts across chunks."""
    from tokenizers import Tokenizer

    return CachingEncoder(Tokenizer.from_file(str(tokenizer)), max_length=max_length)
