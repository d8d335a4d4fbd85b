import json
import pathlib


def model_fn(model_dir):
    return int(pathlib.Path(model_dir, "weight.txt").read_text())


def input_fn(body, content_type):
    text = body if isinstance(body, str) else bytes(body).decode()
    return [json.loads(line)["features"][0] for line in text.splitlines()]


def predict_fn(texts, weight):
    return [{"score": weight * len(text)} for text in texts]


def output_fn(predictions, accept):
    return "\n".join(json.dumps(prediction) for prediction in predictions), "application/jsonlines"
