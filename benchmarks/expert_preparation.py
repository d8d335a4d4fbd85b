"""An expert's preparation in a notebook: the peer of ml_code/preprocess.py.

pandas reads the columns that are needed and drops repeated texts. The classes are balanced before
anything is tokenised, since most reviews of an unbalanced file are not used. The fast tokenizer
takes whole lists, on all cores, and pads nothing: a data collator pads each batch. It is what
Hugging Face's course does with `Dataset.map(batched=True)`, without the Arrow files in between.
"""

import os
import sys
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

os.environ["TOKENIZERS_PARALLELISM"] = "true"
_MAX_LENGTH = 128
_BATCH = 10_000


def main(source: Path, target: Path, base_model: str) -> None:
    from transformers import AutoTokenizer

    frame = pd.read_csv(source, usecols=["Review Text", "Rating"]).dropna()
    frame = frame.drop_duplicates("Review Text")
    frame["label_id"] = 1 + (frame["Rating"] > 3).astype(int) - (frame["Rating"] < 3).astype(int)
    size = frame["label_id"].value_counts().min()
    frame = frame.groupby("label_id").sample(size, random_state=42)
    tokenizer = AutoTokenizer.from_pretrained(base_model)
    texts = frame["Review Text"].tolist()
    ids = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        ids += tokenizer(batch, truncation=True, max_length=_MAX_LENGTH)["input_ids"]
    frame["input_ids"] = ids
    train, rest = train_test_split(
        frame, train_size=0.8, random_state=42, stratify=frame["label_id"]
    )
    validation, test = train_test_split(
        rest, train_size=0.5, random_state=42, stratify=rest["label_id"]
    )
    target.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", train), ("validation", validation), ("test", test)):
        columns = ["label_id", "input_ids", "Review Text"]
        part[columns].to_csv(target / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
