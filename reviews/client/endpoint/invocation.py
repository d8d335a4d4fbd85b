"""Invokes the endpoint."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from reviews.client.errors import EndpointMissing, EndpointUnavailable

_JSON_LINES = "application/jsonlines"
_TOO_LARGE = 413  # the container's answer to more texts than it can predict in time


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The prediction for one text: its label, and the probability of each label (the sum is 1)."""

    text: str
    label: str
    sentiment: int | None  # as a number, where the classes have one
    probability: float
    probabilities: dict[str, float]


def predict(runtime: Any, endpoint: str, texts: Sequence[str]) -> list[Prediction]:
    """One prediction for each text, in one request if the endpoint accepts so many.

    Raises EndpointUnavailable when there is no answer, EndpointMissing when there is no endpoint.
    """
    body = "\n".join(json.dumps({"features": [text]}) for text in texts)
    try:
        response = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType=_JSON_LINES,
            Accept=_JSON_LINES,
            Body=body.encode(),
        )
    except ClientError as error:
        if error.response.get("OriginalStatusCode") == _TOO_LARGE and len(texts) > 1:
            half = len(texts) // 2
            return [
                answer
                for part in (texts[:half], texts[half:])
                for answer in predict(runtime, endpoint, part)
            ]
        reason = error.response["Error"].get("Message", str(error))
        kind = EndpointMissing if reason.endswith("not found.") else EndpointUnavailable
        raise kind(f"Endpoint {endpoint} did not answer: {reason}") from error
    lines = response["Body"].read().decode().splitlines()
    if len(lines) != len(texts):
        raise EndpointUnavailable(
            f"Endpoint {endpoint} sent {len(lines)} answers to {len(texts)} texts"
        )
    return [
        read_prediction(text, json.loads(line)) for text, line in zip(texts, lines, strict=True)
    ]


def read_prediction(text: str, answer: dict[str, Any]) -> Prediction:
    """The object that the model answers to a text (ml_code/serving/review_model.py)."""
    return Prediction(
        text=text,
        label=answer["label"],
        sentiment=answer.get("sentiment"),
        probability=answer["probability"],
        probabilities=answer["probabilities"],
    )
