import json

from serving.request_handler import respond
from serving.review_model import ReviewModel
from tests.ml_code.request_cases import JSON


def test_more_than_is_answered_in_time_is_refused_with_what_may_be_sent(trained, monkeypatch):
    monkeypatch.setenv("MAX_LATENCY_MS", "1")  # of the smallest models one text or some
    model = ReviewModel.load(trained / "model")
    texts = ["okay plain dress " * 20] * 500
    body = json.dumps({"features": texts}).encode()
    refused = respond(model, body, JSON, JSON)
    assert refused.status == 413
    allowed = int(refused.body.partition("send at most ")[2].split()[0])
    assert 1 <= allowed < 500
    body = json.dumps({"features": texts[:allowed]}).encode()
    assert respond(model, body, JSON, JSON).status == 200
