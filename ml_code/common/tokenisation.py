"""Texts to token ids, by the Rust tokenizer alone: the same code prepares data and serves."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reading.errors import UserError

TOKENIZER_FILE = "tokenizer.json"


class TextEncoder:
    """Encodes texts with special tokens, cut at `max_length` tokens, without padding."""

    def __init__(self, folder: Path, *, max_length: int) -> None:
        """`folder` is that of a base model or of an artefact."""
        self._tokenizer = load_tokenizer(folder)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """One list of token ids for each text, with at most `max_length` ids."""
        return [list(item.ids) for item in self._tokenizer.encode_batch_fast(list(texts))]


def load_tokenizer(folder: Path) -> Any:
    """The `tokenizers.Tokenizer` of a model's folder; UserError names one that has none."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from tokenizers import Tokenizer

    if not (folder / TOKENIZER_FILE).is_file():
        found = ", ".join(sorted(p.name for p in folder.iterdir())) or "nothing"
        raise UserError(f"model {folder}: no {TOKENIZER_FILE} in it; found {found}")
    return Tokenizer.from_file(str(folder / TOKENIZER_FILE))
