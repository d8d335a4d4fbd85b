import io
import json
from typing import Any

import pytest

from reviews.client.endpoint.invocation import predict
from reviews.client.errors import EndpointUnavailable
from tests.fake_aws import FakeAws, Refused

RUNTIME = "sagemaker-runtime"
ANSWER = {
    "label": "positive",
    "sentiment": 1,
    "probability": 0.9,
    "probabilities": {"negative": 0.02, "neutral": 0.08, "positive": 0.9},
}


class Endpoint(FakeAws):
    def __init__(self, answers: int) -> None:
        self.answers = answers

    def invoke_endpoint(self, **arguments: Any) -> dict[str, Any]:
        self.arguments = arguments
        if self.answers == 0:
            raise Refused("ValidationError", "Endpoint e not found.")
        body = "\n".join([json.dumps(ANSWER)] * self.answers)
        return {"Body": io.BytesIO(body.encode())}


def test_each_text_is_one_json_line_and_has_one_answer() -> None:
    endpoint = Endpoint(2)
    answers = predict(endpoint.client(RUNTIME), "e", ["good\nbut short", "schön"])
    lines = endpoint.arguments["Body"].decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"features": ["good\nbut short"]},
        {"features": ["schön"]},
    ]
    assert [(answer.text, answer.label) for answer in answers] == [
        ("good\nbut short", "positive"),
        ("schön", "positive"),
    ]


def test_a_missing_endpoint_is_named_with_the_reason() -> None:
    with pytest.raises(EndpointUnavailable, match="e did not answer: Endpoint e not found"):
        predict(Endpoint(0).client(RUNTIME), "e", ["text"])


def test_a_missing_answer_is_an_error() -> None:
    with pytest.raises(EndpointUnavailable, match="1 answers to 2 texts"):
        predict(Endpoint(1).client(RUNTIME), "e", ["one", "two"])


def test_more_texts_than_the_endpoint_answers_in_time_are_asked_in_halves() -> None:
    asked = []

    class Limited(Endpoint):
        def invoke_endpoint(self, **arguments: Any) -> dict[str, Any]:
            self.answers = arguments["Body"].count(b"\n") + 1
            asked.append(self.answers)
            if self.answers > 2:
                message = "send at most 2 of these texts at once"
                raise Refused("ModelError", message, OriginalStatusCode=413)
            return super().invoke_endpoint(**arguments)

    answers = predict(Limited(0).client(RUNTIME), "e", ["a", "b", "c", "d", "e"])
    assert [answer.text for answer in answers] == ["a", "b", "c", "d", "e"]
    assert asked == [5, 2, 3, 1, 2]
