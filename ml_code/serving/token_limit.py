"""How much text a request may have: what this machine classifies in time, measured at the start."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from serving.classifier import Classifier
from serving.errors import RequestError

_RUNS = 3  # after one that warms up; the fastest counts, since other programs may be running


@dataclass(frozen=True)
class TokenLimit:
    """`tokens` for all texts of a request together; one text has at most `tokens_per_text`.

    `seconds` is the time in which so many tokens are classified.
    """

    tokens: int
    tokens_per_text: int
    seconds: float

    @classmethod
    def measure(cls, classifier: Classifier, seconds: float) -> Self:
        """The tokens that are classified in `seconds`, by the time of one text of full length."""
        full_length = classifier.max_length
        text = [[classifier.any_token] * full_length]
        classifier.predict_proba(text)
        durations = []
        for _ in range(_RUNS):
            started = time.perf_counter()
            classifier.predict_proba(text)
            durations.append(time.perf_counter() - started)
        texts = max(1, int(seconds / max(min(durations), 1e-6)))
        return cls(texts * full_length, full_length, seconds)

    @property
    def full_length_texts(self) -> int:
        """How many texts of full length are allowed."""
        return self.tokens // self.tokens_per_text

    def check(self, ids: Sequence[list[int]]) -> None:
        """Raises RequestError 413 for too many tokens, with how many of the texts may be sent."""
        asked = sum(map(len, ids))
        if asked <= self.tokens:
            return
        allowed = total = 0
        for row in ids:
            total += len(row)
            if total > self.tokens:
                break
            allowed += 1
        raise RequestError(
            413,
            f"the body holds {len(ids)} texts of {asked} tokens together, and {self.tokens} are "
            f"what is answered in {self.seconds:g} s here; send at most {allowed} of these texts "
            "at once",
        )
