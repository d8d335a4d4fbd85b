"""The plain way to prepare reviews, as courses and notebooks do: the peer of ml_code/preprocess.py.

pandas reads everything; a process pool tokenises row by row with `encode_plus`, each row a tensor
padded to 128 tokens (in transformers 5 it is called `__call__`); then the classes are balanced and
split, and saved as CSV.
"""

import os
import sys
from multiprocessing import Pool
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

_TOKENIZER = None


def _start(base_model: str) -> None:
    global _TOKENIZER  # as each process of the pool needs its own
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from transformers import AutoTokenizer

    _TOKENIZER = AutoTokenizer.from_pretrained(base_model)


def _encode(text: str) -> list[int]:
    encoded = _TOKENIZER(
        text,
        add_special_tokens=True,
        max_length=128,
        padding="max_length",
        truncation=True,
        return_attention_mask=True,
        return_token_type_ids=False,
        return_tensors="pt",
    )
    return encoded["input_ids"].flatten().tolist()


def main(source: Path, target: Path, base_model: str) -> None:
    frame = pd.read_csv(source)
    frame = frame[frame["Review Text"].notna()].drop_duplicates("Review Text")
    frame["label_id"] = frame["Rating"].map(lambda rating: 1 + (rating > 3) - (rating < 3))
    with Pool(os.cpu_count(), initializer=_start, initargs=(base_model,)) as pool:
        frame["input_ids"] = pool.map(_encode, frame["Review Text"], chunksize=500)
    size = frame["label_id"].value_counts().min()
    frame = frame.groupby("label_id").sample(size, random_state=42)
    train, rest = train_test_split(frame, train_size=0.8, random_state=42)
    validation, test = train_test_split(rest, train_size=0.5, random_state=42)
    target.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", train), ("validation", validation), ("test", test)):
        columns = ["label_id", "input_ids", "Review Text"]
        part[columns].to_csv(target / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
