"""Responses of the endpoint that are predictions, and others."""

import io
import json
from typing import Any

import pytest


class Runtime:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self._body = "\n".join(map(json.dumps, answers)).encode()

    def invoke_endpoint(self, **_request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._body)}


GOOD = {
    "label": "positive",
    "probabilities": {"negative": 0.1, "neutral": 0.2, "positive": 0.7},
}
LABELS = set(GOOD["probabilities"])


def test_three_good_answers_pass(load) -> None:
    predict = load("smoke_test").predict
    assert predict(Runtime(GOOD, GOOD, GOOD), "reviews-dev", LABELS) == [GOOD] * 3


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([GOOD], "1 answers to 3 sentences"),
        ([GOOD, GOOD, GOOD | {"label": "good"}], "the labels must be"),
        ([GOOD, GOOD, GOOD | {"probabilities": {"negative": 1.0}}], "the labels must be"),
        (
            [GOOD | {"probabilities": {"negative": 1, "neutral": 1, "positive": 1}}, GOOD, GOOD],
            "add up to 3.0, not 1",
        ),
    ],
)
def test_a_strange_answer_fails(load, answers: list[Any], message: str) -> None:
    smoke_test = load("smoke_test")
    with pytest.raises(smoke_test.SmokeTestFailed, match=message):
        smoke_test.predict(Runtime(*answers), "reviews-dev", LABELS)
