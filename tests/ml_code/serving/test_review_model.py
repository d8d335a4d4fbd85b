import json

import pytest

from serving.request_handler import respond
from serving.review_model import ReviewModel
from tests.ml_code.request_cases import LINES


@pytest.fixture(scope="module")
def model(trained):
    return ReviewModel.load(trained / "model")


def answer(model, body, content_type=LINES, accept=LINES):
    response = respond(model, body, content_type, accept)
    assert (response.status, response.content_type) == (200, accept), response.body
    return response.body


def test_the_log_counts_the_predicted_classes(model, capsys):
    body = b'{"features": ["lovely", "awful"]}\n{"features": ["awful refund"]}'
    answer(model, body)
    assert "predicted 3 2 0 1\n" in capsys.readouterr().out  # in all, negative, neutral, positive


def test_a_text_scores_the_same_alone_and_in_a_batch(model):
    texts = ["lovely", "awful " * 20, "okay plain dress and shirt"]
    body = "\n".join(json.dumps({"features": [text]}) for text in texts)
    together = [json.loads(line)["probability"] for line in answer(model, body).splitlines()]
    alone = [
        json.loads(answer(model, json.dumps({"features": [text]})))["probability"] for text in texts
    ]
    # 8-bit activations share their scale within a batch, so not to the last digit.
    assert together == pytest.approx(alone, abs=2e-3)
