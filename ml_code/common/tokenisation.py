"""Texts to token ids, by the Rust tokenizer alone: the same code prepares data and serves."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common.problems import UserError

_FILE = "tokenizer.json"


class TextEncoder:
    """Encodes batches of texts with special tokens, cut at `max_length`, without padding."""

    def __init__(self, base_model: str, *, max_length: int) -> None:
        self._tokenizer = load_tokenizer(base_model)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """One list of token ids a text, of 2 .. max_length ids."""
        return [list(item.ids) for item in self._tokenizer.encode_batch_fast(list(texts))]


def quieten() -> None:
    """Keeps progress bars and advice of transformers out of the job's log."""
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def load_tokenizer(base_model: str) -> Any:
    """The `tokenizers.Tokenizer` of a hub name or folder; UserError names a wrong one."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from tokenizers import Tokenizer

    folder = Path(base_model)
    if not folder.is_dir():
        from common.hub import fetch  # which the endpoint, whose models are folders, does not have

        folder = fetch(base_model, only=[_FILE])
    if not (folder / _FILE).is_file():
        found = ", ".join(sorted(p.name for p in folder.iterdir())) or "nothing"
        raise UserError(f"base model {base_model}: no {_FILE} in it; found {found}")
    return Tokenizer.from_file(str(folder / _FILE))
