"""A training job: a RoBERTa classifier, whose source folder goes into the artefact to serve it."""

import argparse
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import torch
from transformers import RobertaConfig, RobertaForSequenceClassification

CLASSES = (-1, 0, 1)
SOURCE = Path(__file__).parent


def parse_arguments():
    parser = argparse.ArgumentParser()
    for name in ("epochs", "train_batch_size", "train_steps_per_epoch", "validation_batch_size"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--validation_steps_per_epoch", type=int, required=True)
    parser.add_argument("--max_seq_length", type=int, required=True)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--learning_rate", type=float, required=True)
    for name in ("freeze_bert_layer", "run_validation"):
        parser.add_argument(f"--{name}", type="True".__eq__, default=False)
    for name, variable in {
        "model_dir": "SM_MODEL_DIR",
        "train_data": "SM_CHANNEL_TRAIN",
        "validation_data": "SM_CHANNEL_VALIDATION",
    }.items():
        parser.add_argument(f"--{name}", type=Path, default=os.environ.get(variable))
    return parser.parse_args()


def configure_model():
    """The small base model's configuration with the sentiments as labels."""
    return RobertaConfig.from_pretrained(
        SOURCE / "base_model",
        num_labels=len(CLASSES),
        id2label=dict(enumerate(CLASSES)),
        label2id={label: at for at, label in enumerate(CLASSES)},
    )


def batches(folder, size, limit):
    """At most `limit` pairs of token ids [size, length] and label ids [size]."""
    rows = pd.concat([pd.read_csv(file, sep="\t") for file in sorted(folder.glob("*.tsv"))])
    rows = rows.sample(frac=1, random_state=1)
    ids = torch.tensor([json.loads(text) for text in rows["input_ids"]])
    labels = torch.tensor(rows["label_id"].tolist())
    return list(zip(ids.split(size), labels.split(size), strict=True))[:limit]


def validate(model, pairs):
    """Mean loss, and accuracy in percent."""
    model.eval()
    with torch.no_grad():
        answers = [model(ids, labels=labels) for ids, labels in pairs]
    right = [
        (answer.logits.argmax(1) == labels).float().mean()
        for answer, (_, labels) in zip(answers, pairs, strict=True)
    ]
    loss = torch.stack([answer.loss for answer in answers]).mean().item()
    return loss, 100 * torch.stack(right).mean().item()


def train(model, arguments):
    pairs = batches(arguments.train_data, arguments.train_batch_size, None)
    held_out = batches(arguments.validation_data, arguments.validation_batch_size, None)
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.learning_rate)
    for epoch in range(arguments.epochs):
        model.train()
        for ids, labels in pairs[: arguments.train_steps_per_epoch]:
            optimizer.zero_grad()
            model(ids, labels=labels).loss.backward()
            optimizer.step()
        if arguments.run_validation:
            loss, accuracy = validate(model, held_out[: arguments.validation_steps_per_epoch])
            print(f"[epoch: {epoch}] val_loss: {loss:.2f} - val_acc: {accuracy:.2f}%")


def main():
    arguments = parse_arguments()
    torch.manual_seed(arguments.seed)
    model = RobertaForSequenceClassification(configure_model())
    if arguments.freeze_bert_layer:
        model.roberta.requires_grad_(requires_grad=False)
    train(model, arguments)
    model.save_pretrained(arguments.model_dir / "transformer")
    # What serves it goes with it: a model made of the artefact alone needs no source of its own.
    code = arguments.model_dir / "code"
    shutil.copytree(SOURCE / "base_model", code / "base_model")
    shutil.copy(SOURCE / "inference.py", code)


if __name__ == "__main__":
    main()
