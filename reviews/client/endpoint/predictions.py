"""Predictions for a whole file, in requests of a size that an endpoint answers in time."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reviews.client.endpoint.invocation import Prediction
from reviews.client.files.review_files import Review

# An answer has to come within a minute, and a request may have 6 MiB (ml_code/inference.py).
_TEXTS, _BYTES = 100, 1_000_000
_LONGEST_TEXT = 50_000  # characters; a model reads at most 512 tokens, the first ones
_NO_TEXT = "no text"
Ask = Callable[[Sequence[str]], Sequence[Prediction]]
COLUMNS = ("predicted_label", "predicted_sentiment", "predicted_probability", "not_predicted")


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """A row of the file and what the endpoint says; None for a row without a text."""

    fields: Sequence[str]
    prediction: Prediction | None

    @property
    def row(self) -> list[Any]:
        """The fields as they were, and then a value for each of COLUMNS."""
        answer = self.prediction
        if answer is None:
            return [*self.fields, None, None, None, _NO_TEXT]
        return [*self.fields, answer.label, answer.sentiment, answer.probability, None]


def free_names(header: Sequence[str]) -> list[str]:
    """COLUMNS, each with a number behind it where the file has a column of that name."""
    return distinct([*header, *COLUMNS])[len(header) :]


def distinct(names: Sequence[str]) -> list[str]:
    """A name that was there before, whatever its case, gets a number behind it."""
    taken: set[str] = set()
    found = []
    for name in names:
        free, number = name, 2
        while free.casefold() in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free.casefold())
        found.append(free)
    return found


def predict(ask: Ask, reviews: Iterable[Review]) -> Iterator[Predicted]:
    """In the order of the file; `ask` gets the texts of one request."""
    for batch in _batches(reviews):
        texts = [_sent(review) for review in batch if review.text]
        answers = iter(ask(texts) if texts else [])
        for review in batch:
            yield Predicted(fields=review.fields, prediction=next(answers) if review.text else None)


def _batches(reviews: Iterable[Review]) -> Iterator[list[Review]]:
    batch: list[Review] = []
    size = 0
    for review in reviews:
        more = len(json.dumps(_sent(review)))
        if batch and (len(batch) == _TEXTS or size + more > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(review)
        size += more
    if batch:
        yield batch


def _sent(review: Review) -> str:
    return review.text[:_LONGEST_TEXT]
