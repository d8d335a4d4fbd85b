"""Predictions for a file, in requests of a size that the endpoint answers in time."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reviews.client.endpoint.invocation import Prediction
from reviews.client.files.review_files import Review

# An answer has to come within a minute, and a request may have 6 MiB (ml_code/inference.py).
_TEXTS, _BYTES = 100, 1_000_000
LONGEST_TEXT = 50_000  # characters; a model reads at most 512 tokens, the first ones
NO_TEXT, NO_ANSWER = "no text", "no answer"
Predict = Callable[[Sequence[str]], Sequence[Prediction]]
COLUMNS = ("predicted_label", "predicted_sentiment", "predicted_probability", "not_predicted")


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """A row of the file and its prediction; None for a row without one, and then its reason."""

    fields: Sequence[str]
    prediction: Prediction | None
    missing: str = NO_TEXT

    @property
    def row(self) -> list[Any]:
        """The unchanged fields, and then a value for each of COLUMNS."""
        found = self.prediction
        if found is None:
            return [*self.fields, None, None, None, self.missing]
        return [*self.fields, found.label, found.sentiment, found.probability, None]


def free_names(header: Sequence[str]) -> list[str]:
    """COLUMNS; a name that the file already has gets a number as its suffix."""
    return distinct([*header, *COLUMNS])[len(header) :]


def distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number as suffix where a name before it is the same but for its case."""
    taken: set[str] = set()
    unique = []
    for name in names:
        free, number = name, 2
        while free.casefold() in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free.casefold())
        unique.append(free)
    return unique


def predict(predict_texts: Predict, reviews: Iterable[Review]) -> Iterator[Predicted]:
    """The rows in the order of the file; `predict_texts` gets the texts of one request."""
    for batch in _batches(reviews):
        texts = [_request_text(review) for review in batch if review.text]
        found = iter(predict_texts(texts) if texts else [])
        for review in batch:
            yield Predicted(fields=review.fields, prediction=next(found) if review.text else None)


def _batches(reviews: Iterable[Review]) -> Iterator[list[Review]]:
    batch: list[Review] = []
    size = 0
    for review in reviews:
        more = len(json.dumps(_request_text(review)))
        if batch and (len(batch) == _TEXTS or size + more > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(review)
        size += more
    if batch:
        yield batch


def _request_text(review: Review) -> str:
    return review.text[:LONGEST_TEXT]
