import csv
import json

import pytest

import inference


@pytest.fixture(scope="module")
def model(trained):
    return inference.model_fn(str(trained / "model"))


def answer(model, body, content_type="application/jsonlines", accept="application/jsonlines"):
    data = inference.input_fn(body, content_type)
    return inference.output_fn(inference.predict_fn(data, model), accept)[0]


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


def test_serving_tokenises_as_preparation_did(model, session_features):
    (part,) = (session_features / "test").glob("*.csv")
    with part.open(newline="") as file:
        rows = list(csv.DictReader(file))
    encoded = model._encoder.encode([row["review_body"] for row in rows])
    assert encoded == [json.loads(row["input_ids"]) for row in rows]


def test_json_takes_one_object_or_a_list(model):
    form = ("application/json", "application/json")
    assert json.loads(answer(model, '{"features": ["lovely"]}', *form))["label"] == "positive"
    both = json.loads(answer(model, '[{"features": ["lovely"]}, {"features": "awful"}]', *form))
    assert [item["label"] for item in both] == ["positive", "negative"]


def test_csv_takes_the_first_column(model):
    body = '"lovely, perfect",ignored\nawful broken\n'
    lines = answer(model, body, "text/csv; charset=utf-8", "text/csv").splitlines()
    assert [line.split(",")[:2] for line in lines] == [["positive", "1"], ["negative", "-1"]]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "message"),
    [
        (b"{", "application/jsonlines", 400, "line 1 is not JSON"),
        (b'\n{"text": "x"}', "application/jsonlines", 400, 'line 2 must be like {"features"'),
        (b'{"features": []}', "application/jsonlines", 400, 'line 1 must be like {"features"'),
        (b'{"features": [7]}', "application/jsonlines", 400, "texts that are not empty"),
        (b'{"features": [" "]}', "application/json", 400, "texts that are not empty"),
        (b"\xff", "application/jsonlines", 400, "not UTF-8 at byte 0"),
        (b"", "application/jsonlines", 400, "the body holds no text"),
        (b"x", "image/png", 415, "content type 'image/png' is not supported"),
        (b"a\n" * 2001, "text/csv", 413, "2001 texts; at most 2000"),
        (b"a" * (6 * 2**20 + 1), "text/csv", 413, "at most 6291456"),
    ],
)
def test_a_bad_request_gets_its_status_and_reason(body, content_type, status, message):
    with pytest.raises(inference.RequestError) as caught:
        inference.input_fn(body, content_type)
    assert caught.value.status_code == status
    assert message in caught.value.message


def test_an_answer_nobody_can_produce_is_not_acceptable():
    with pytest.raises(inference.RequestError) as caught:
        inference.output_fn([], "image/png")
    assert caught.value.status_code == 406
