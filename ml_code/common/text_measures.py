"""What is measured of texts alone, in the same way for the baseline and for requests.

Length is the number of tokens before texts are cut. An unknown word is one for which the tokenizer
has no token of its own: it becomes several pieces or, where the vocabulary lacks these too, the
token for unknown ones. Byte-level vocabularies, as RoBERTa's, have no unknown tokens, but words in
pieces they have, too: names, slang, other languages, misspelt words.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.tokenisation import load_tokenizer
from reading.languages import language_of
from reading.text import cleaned

_BATCH_TEXTS = 500
_LONGEST_TEXT = 20_000  # characters; a model reads at most 512 tokens


@dataclass(frozen=True, kw_only=True)
class TextMeasures:
    """Each [texts]. `unknown` is the share of a text's words that are unknown, from 0 to 1."""

    lengths: NDArray[np.int64]
    unknown: NDArray[np.float64]
    languages: list[str]


class TextMeter:
    """Measures texts with the tokenizer of a model's folder; UserError for one that has none."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = load_tokenizer(folder)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._unknown_id = _unknown_id(self._tokenizer)

    def measure(self, texts: Sequence[str]) -> TextMeasures:
        read = [cleaned(text[:_LONGEST_TEXT]) for text in texts]
        measured = list(self._measure(read))
        return TextMeasures(
            lengths=np.array([length for length, _ in measured], dtype=np.int64),
            unknown=np.array([share for _, share in measured], dtype=np.float64),
            languages=[language_of(text) for text in read],
        )

    def _measure(self, texts: Sequence[str]) -> Iterator[tuple[int, float]]:
        """Length, and share of unknown words."""
        for start in range(0, len(texts), _BATCH_TEXTS):
            batch = list(texts[start : start + _BATCH_TEXTS])
            for encoding in self._tokenizer.encode_batch(batch, add_special_tokens=False):
                yield len(encoding.ids), self._unknown_share(encoding)

    def _unknown_share(self, encoding: Any) -> float:
        words = np.array(encoding.word_ids, dtype=np.int64)
        if not len(words):
            return 0.0
        pieces = np.bincount(words)
        is_unknown = pieces > 1
        is_unknown[words[np.array(encoding.ids) == self._unknown_id]] = True
        return float(is_unknown.sum() / np.count_nonzero(pieces))


def _unknown_id(tokenizer: Any) -> int:
    """The id of the token for unknown words; -1 in a vocabulary that has none."""
    model = json.loads(tokenizer.to_str())["model"]
    if isinstance(number := model.get("unk_id"), int):  # a Unigram vocabulary
        return number
    token = model.get("unk_token")
    found = tokenizer.token_to_id(token) if token else None
    return -1 if found is None else int(found)
