"""How much a request may ask for: what this machine answers in time, measured with the model."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from serving.classifier import Classifier
from serving.request_texts import RequestError

_RUNS = 3  # after one that warms up; the fastest counts, since others may be at work


@dataclass(frozen=True)
class WorkLimit:
    """`tokens` of all texts of a request together; a text has at most `tokens_per_text`."""

    tokens: int
    tokens_per_text: int
    seconds: float

    @classmethod
    def measured(cls, classifier: Classifier, seconds: float) -> Self:
        """As many tokens as are classified in `seconds`, by the time of one text of full length."""
        longest = classifier.max_length
        text = [[classifier.any_token] * longest]
        classifier.of_ids(text)
        durations = []
        for _ in range(_RUNS):
            started = time.perf_counter()
            classifier.of_ids(text)
            durations.append(time.perf_counter() - started)
        texts = max(1, int(seconds / max(min(durations), 1e-6)))
        return cls(texts * longest, longest, seconds)

    @property
    def full_texts(self) -> int:
        """Texts of full length that are allowed."""
        return self.tokens // self.tokens_per_text

    def check(self, ids: Sequence[list[int]]) -> None:
        """Raises RequestError 413, which says how many of these texts may be sent at once."""
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
