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
from preparing.selection import SPLITS, UNUSED
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
    splits, places = task.splits[chosen].tolist(), task.places[chosen].tolist()
    classes = task.labels.features
    rows: dict[str, list[tuple[Any, ...]]] = {split: [] for split in SPLITS}
    for text, row, split, place in zip(texts, ids, splits, places, strict=True):
        name = SPLITS[split]
        rows[name].append((identity(text), task.event_time, *classes[place], row, text, name))
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
