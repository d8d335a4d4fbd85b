"""Predictions for a whole file, in requests of a size that an endpoint answers in time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cli import endpoint
from cli.endpoint import Prediction
from cli.review_files import Review

# An answer has to come within a minute, and a request may have 6 MiB (ml_code/inference.py).
_TEXTS, _CHARACTERS = 100, 1_000_000
COLUMNS = ("label", "sentiment", "probability")


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """A row of the file and what the endpoint says; None for a row without a text."""

    fields: dict[str, str]
    prediction: Prediction | None

    def row(self) -> dict[str, Any]:
        said = self.prediction
        return self.fields | {name: getattr(said, name) if said else None for name in COLUMNS}


def predict(runtime: Any, name: str, reviews: Iterable[Review]) -> Iterator[Predicted]:
    """In the order of the file."""
    for batch in _batches(reviews):
        texts = [review.text for review in batch if review.text]
        answers = iter(endpoint.predict(runtime, name, texts) if texts else [])
        for review in batch:
            yield Predicted(fields=review.fields, prediction=next(answers) if review.text else None)


def _batches(reviews: Iterable[Review]) -> Iterator[list[Review]]:
    batch: list[Review] = []
    size = 0
    for review in reviews:
        if batch and (len(batch) == _TEXTS or size + len(review.text) > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(review)
        size += len(review.text)
    if batch:
        yield batch
