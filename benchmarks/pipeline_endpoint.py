"""The usual inference script: the Hugging Face pipeline, the peer of ml_code/inference.py."""

import json

from transformers import pipeline


def model_fn(model_dir):
    return pipeline("text-classification", model=model_dir, tokenizer=model_dir, top_k=None)


def input_fn(body, content_type):
    assert content_type == "application/jsonlines"
    return [text for line in body.splitlines() for text in json.loads(line)["features"]]


def predict_fn(texts, model):
    return model(texts, truncation=True, max_length=128)


def output_fn(predictions, _accept):
    return "".join(json.dumps(one) + "\n" for one in predictions), "application/jsonlines"
