"""The handlers of the endpoint: JSON Lines in, JSON Lines out."""

import json
from pathlib import Path

import torch
from transformers import AutoTokenizer, RobertaForSequenceClassification

CLASSES = (-1, 0, 1)
TOKENIZER = AutoTokenizer.from_pretrained(Path(__file__).parent / "base_model")


def model_fn(model_dir):
    return RobertaForSequenceClassification.from_pretrained(Path(model_dir, "transformer")).eval()


def input_fn(body, content_type="application/jsonlines"):
    text = body if isinstance(body, str) else body.decode()
    return [json.loads(line)["features"][0] for line in text.splitlines()]


def predict_fn(reviews, model):
    tokens = TOKENIZER(reviews, max_length=32, truncation=True, padding=True, return_tensors="pt")
    with torch.no_grad():
        shares = model(tokens["input_ids"], tokens["attention_mask"]).logits.softmax(1)
    return [
        {"probability": share.max().item(), "predicted_label": CLASSES[share.argmax()]}
        for share in shares
    ]


def output_fn(predictions, accept="application/jsonlines"):
    return "\n".join(map(json.dumps, predictions)), accept
