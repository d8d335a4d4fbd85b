"""The model of the endpoint: a classifier, and a limit for what one request may ask of it."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from common.labels import Labels
from serving.classifier import Classifier
from serving.request_parsing import ReviewTexts
from serving.response_formats import Prediction, Predictions
from serving.token_limit import TokenLimit

_DEFAULT_MAX_LATENCY_MS = "30000"  # where the endpoint has no MAX_LATENCY_MS
_SHARE_OF_A_REQUEST = 0.5  # of that time; the rest is for the requests that it waits for


@dataclass(frozen=True)
class ReviewModel:
    """Loaded once by each worker of the server."""

    classifier: Classifier
    limit: TokenLimit

    @classmethod
    def load(cls, folder: Path, *, gpu: int | None = None) -> Self:
        """Loads the artefact, and measures how much text this machine classifies in time.

        `gpu` is the number of the GPU to use; None: the first one, if there is one. Prints a line
        for the endpoint's log. Raises UserError when the artefact cannot be read.
        """
        classifier = Classifier(folder, gpu=gpu)
        max_latency_ms = int(os.environ.get("MAX_LATENCY_MS", _DEFAULT_MAX_LATENCY_MS))
        limit = TokenLimit.measure(classifier, _SHARE_OF_A_REQUEST * max_latency_ms / 1000)
        print(
            f"serving: {classifier.engine}, at most {limit.tokens} tokens a request "
            f"({limit.full_length_texts} texts of full length)",
            flush=True,
        )
        return cls(classifier, limit)

    def predict(self, request: ReviewTexts) -> Predictions:
        """The predictions for all texts of a request.

        Prints how many texts there were, and how many were predicted to be of each class: the
        drift alarm reads that from the endpoint's log (infra/monitoring.py). Raises RequestError
        413 for more text than the limit.
        """
        ids = self.classifier.encode(request.texts)
        self.limit.check(ids)
        labels = self.classifier.labels
        predictions = [
            prediction(row, labels) for row in self.classifier.predict_proba(ids).tolist()
        ]
        counts = Counter(predicted["label"] for predicted in predictions)
        print("predicted", len(predictions), *(counts[name] for name in labels.names), flush=True)
        return _grouped(predictions, request)


def prediction(probabilities: list[float], labels: Labels) -> Prediction:
    """The response's object for one text, of its class probabilities [classes]."""
    best = max(range(len(labels.names)), key=probabilities.__getitem__)
    return {
        "label": labels.names[best],
        **({"sentiment": labels.sentiments[best]} if labels.sentiments else {}),
        "probability": round(probabilities[best], 6),
        "probabilities": {
            name: round(value, 6) for name, value in zip(labels.names, probabilities, strict=True)
        },
    }


def _grouped(predictions: list[Prediction], request: ReviewTexts) -> Predictions:
    """The predictions in the shape of the request: a list where a line had a list of texts."""
    items: list[Prediction | list[Prediction]] = []
    start = 0
    for size in request.sizes:
        items.append(predictions[start : start + size] if size else predictions[start])
        start += size or 1
    return Predictions(items, request.is_list)
