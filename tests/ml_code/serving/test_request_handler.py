import json

import pytest

from serving.request_handler import respond
from serving.review_model import ReviewModel
from tests.ml_code.request_cases import CASES, CSV, JSON, LINES, LOVELY, Case


@pytest.fixture(scope="module")
def model(trained):
    return ReviewModel.load(trained / "model")


def answer(model, body, content_type=LINES, accept=LINES):
    response = respond(model, body, content_type, accept)
    assert (response.status, response.content_type) == (200, accept), response.body
    return response.body


def objects(model, body, content_type=JSON):
    return json.loads(answer(model, body, content_type, JSON))


def test_one_json_line_comes_back_per_line(model):
    body = b'{"features": ["lovely perfect great"]}\n{"features": ["awful broken refund"]}\n'
    first, second = map(json.loads, answer(model, body).splitlines())
    assert (first["label"], first["sentiment"]) == ("positive", 1)
    assert (second["label"], second["sentiment"]) == ("negative", -1)
    assert first["probability"] == first["probabilities"]["positive"]
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_several_texts_in_a_line_come_back_as_a_list(model):
    body = b'{"features": ["lovely", "awful"]}\n{"features": ["okay"]}'
    several, single = map(json.loads, answer(model, body).splitlines())
    assert [item["label"] for item in several] == ["positive", "negative"]
    assert single["label"] == "neutral"


def test_json_comes_back_in_the_shape_it_had(model):
    assert objects(model, LOVELY)["label"] == "positive"
    assert [item["label"] for item in objects(model, b"[" + LOVELY + b"]")] == ["positive"]
    both = objects(model, b'[{"features": ["lovely"]}, {"features": "awful"}]')
    assert [item["label"] for item in both] == ["positive", "negative"]
    ((first, second),) = objects(model, b'[{"features": ["lovely", "awful"]}]')
    assert (first["label"], second["label"]) == ("positive", "negative")


def test_csv_takes_a_text_a_row(model):
    body = b'\xef\xbb\xbf"lovely, perfect"\r\nawful broken\r\n'
    lines = answer(model, body, CSV, CSV).splitlines()
    assert [line.split(",")[:2] for line in lines] == [["positive", "1"], ["negative", "-1"]]


def test_csv_has_a_header_where_its_type_says_so(model):
    body = b"text\nlovely\n"
    assert len(objects(model, body, CSV)) == 2
    assert objects(model, body, f"{CSV}; header=present")["label"] == "positive"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_gets_its_status_and_reason(model, case: Case):
    response = respond(model, case.body, case.content_type, case.accept)
    assert (response.status, case.says in response.body) == (case.status, True), response.body
    assert "Traceback" not in response.body
    assert response.content_type == (JSON if case.status == 200 else "text/plain")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/csv;q=0.1, application/json;q=0.9", JSON),
        ("application/json;q=0.1, text/csv", CSV),
        ("text/csv;q=0, application/json", JSON),
        ("application/json;q=0, */*", LINES),
        ("text/*", CSV),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/html, image/gif, *; q=.2, */*; q=.2", JSON),
        ("application/x-jsonlines", LINES),
        ("application/json; charset=utf-8", JSON),
        ("APPLICATION/JSON", JSON),
        ("", JSON),
        (",", JSON),
        # The most specific entry has the q of a form.
        ("application/*;q=0, */*", CSV),
        ("application/*;q=0.1, text/csv;q=0.5, */*;q=0.9", CSV),
        ("*/*;q=0.9, application/json;q=0.2, text/csv;q=0.1", LINES),
        ("text/csv, application/json", CSV),
        ("text/csv;q=7, application/json;q=0.9", CSV),
    ],
)
def test_the_form_is_the_one_that_the_client_prefers(model, accept, form):
    assert respond(model, LOVELY, JSON, accept).content_type == form


def test_a_fault_of_the_model_is_told_to_the_log_alone(model, monkeypatch, capsys):
    def fail(_ids):
        raise RuntimeError("secret of the machine")

    monkeypatch.setattr(model.classifier, "predict_proba", fail)
    response = respond(model, LOVELY, JSON, JSON)
    assert (response.status, response.content_type) == (500, "text/plain")
    assert response.body == "the model failed; the log of the endpoint says why"
    assert "secret of the machine" in capsys.readouterr().err
