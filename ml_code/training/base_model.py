"""The pretrained model a training starts from, and the artefact it ends as."""

import shutil
from pathlib import Path
from typing import Any

from common.hub import fetch
from common.labels import Labels
from common.problems import UserError
from common.tokenisation import quieten

_SERVED = ("common", "reading", "serving")  # folders that travel with the model
_WITHOUT = shutil.ignore_patterns("__pycache__")


def load_base(
    base_model: str, labels: Labels, *, attention_dropout: float = 0.0
) -> tuple[Any, Any]:
    """(model with a fresh head for these classes, tokenizer) by name or folder; UserError names it.

    Dropout of attention weights costs a fifth of the speed on a CPU, where it keeps PyTorch from
    its fused attention, and was no better in accuracy (docs/benchmarks.md).
    """
    import torch
    from transformers import AutoConfig, AutoTokenizer

    from serving.pooling import model_class

    quieten()
    folder = str(fetch(base_model))
    if not Path(folder, "config.json").is_file():
        raise UserError(f"base model {base_model}: there is no config.json in it")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        config = AutoConfig.from_pretrained(
            folder,
            num_labels=len(labels.names),
            id2label=dict(enumerate(labels.names)),
            label2id={label: at for at, label in enumerate(labels.names)},
        )
        config.sentiments = list(labels.sentiments)
        if hasattr(config, "attention_probs_dropout_prob"):
            config.attention_probs_dropout_prob = attention_dropout
        # In fp32 on purpose: by default transformers 5 keeps the format of the file, and what is
        # smaller than half of fp16's smallest step would be lost from each update.
        model = model_class(folder).from_pretrained(
            folder, config=config, ignore_mismatched_sizes=True, dtype=torch.float32
        )
    except (OSError, ValueError) as error:
        raise UserError(f"base model {base_model!r} cannot be loaded: {_short(error)}") from error
    return model, tokenizer


def check_fit(model: Any, ids: list[list[int]]) -> None:
    """Raises UserError when the rows were tokenised for another vocabulary or longer texts."""
    largest, longest = max(map(max, ids)), max(map(len, ids))
    if largest >= model.config.vocab_size:
        raise UserError(
            f"token id {largest} is outside the base model's vocabulary of "
            f"{model.config.vocab_size}: features and training need the same base model"
        )
    if longest > (limit := most_tokens(model.config, longest)):
        raise UserError(f"a row has {longest} tokens; the base model takes at most {limit}")


def most_tokens(config: Any, otherwise: int) -> int:
    """Of a text, that the model of this config takes; `otherwise` where it has no limit."""
    # RoBERTa's positions start after its padding id, hence two fewer than the table has.
    offset = 2 if config.model_type in ("roberta", "xlm-roberta", "camembert") else 0
    positions = getattr(config, "max_position_embeddings", None)
    return otherwise if positions is None else int(positions) - offset


def save_artefact(model: Any, tokenizer: Any, folder: Path, *, max_length: int) -> None:
    """Weights, config, tokenizer and the code that serves them, where AWS's images look for it.

    Texts are cut at `max_length` tokens, or at what the model takes, if that is less.
    """
    tokenizer.model_max_length = min(max_length, most_tokens(model.config, max_length))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    here, code = Path(__file__).resolve().parents[1], folder / "code"
    for name in _SERVED:
        shutil.copytree(here / name, code / name, ignore=_WITHOUT, dirs_exist_ok=True)
    shutil.copy(here / "inference.py", code / "inference.py")
    shutil.copy(here / "requirements-inference.txt", code / "requirements.txt")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
