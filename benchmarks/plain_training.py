"""The usual training: Hugging Face's Trainer with its defaults, the peer of ml_code/train.py.

Reads the prepared reviews, pads each to 128 tokens, and prints JSON: samples/s and test accuracy.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    Trainer,
    TrainingArguments,
)


class Reviews(torch.utils.data.Dataset):
    def __init__(self, folder: Path, tokenizer) -> None:
        frame = pd.concat(pd.read_csv(path) for path in folder.glob("*.csv"))
        self.encoded = tokenizer(
            frame["review_body"].tolist(), padding="max_length", truncation=True, max_length=128
        )
        self.labels = frame["label_id"].tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, at: int) -> dict[str, torch.Tensor]:
        item = {name: torch.tensor(values[at]) for name, values in self.encoded.items()}
        return {**item, "labels": torch.tensor(self.labels[at])}


def main(features: Path, base_model: str, epochs: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base_model)
    model = AutoModelForSequenceClassification.from_pretrained(base_model, num_labels=3)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=epochs,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=Reviews(features / "train", tokenizer),
            compute_metrics=lambda found: {
                "accuracy": float((np.argmax(found.predictions, -1) == found.label_ids).mean())
            },
        )
        trained = trainer.train().metrics
        tested = trainer.evaluate(Reviews(features / "test", tokenizer))
    result = {"samples": trained["train_samples_per_second"], "accuracy": tested["eval_accuracy"]}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
