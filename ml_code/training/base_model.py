"""The pretrained model that a training starts from."""

from pathlib import Path
from typing import Any

from common.hub import fetch
from common.labels import Labels
from reading.errors import UserError
from serving.torch_models import auto_class, silence_transformers


def load_base(
    base_model: str, labels: Labels, *, attention_dropout: float = 0.0
) -> tuple[Any, Any]:
    """(model with a new classification head for these classes, tokenizer).

    `base_model` is a name on the model hub or a folder; UserError names it when it cannot be
    loaded. Dropout of attention weights costs a fifth of the speed on a CPU, where it keeps PyTorch
    from its fused attention, and gave no better accuracy (docs/benchmarks.md).
    """
    import torch
    from transformers import AutoConfig, AutoTokenizer

    silence_transformers()
    folder = str(fetch(base_model))
    if not Path(folder, "config.json").is_file():
        raise UserError(f"base model {base_model}: there is no config.json in it")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        config = AutoConfig.from_pretrained(
            folder,
            num_labels=len(labels.names),
            id2label=dict(enumerate(labels.names)),
            label2id={name: index for index, name in enumerate(labels.names)},
        )
        config.sentiments = list(labels.sentiments)
        if hasattr(config, "attention_probs_dropout_prob"):
            config.attention_probs_dropout_prob = attention_dropout
        # fp32 on purpose: transformers 5 would keep the format of the file, and in fp16 a part of
        # each update would be too small to change a weight.
        model = auto_class(folder).from_pretrained(
            folder, config=config, ignore_mismatched_sizes=True, dtype=torch.float32
        )
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UserError(f"base model {base_model!r} cannot be loaded: {reason}") from error
    return model, tokenizer


def check_features(model: Any, ids: list[list[int]]) -> None:
    """Raises UserError when token ids (rows of any length) are not for this model.

    They were then made for another vocabulary, or for longer texts.
    """
    largest, longest = max(map(max, ids)), max(map(len, ids))
    if largest >= model.config.vocab_size:
        raise UserError(
            f"token id {largest} is outside the base model's vocabulary of "
            f"{model.config.vocab_size}: features and training need the same base model"
        )
    if longest > (limit := max_tokens(model.config, longest)):
        raise UserError(f"a row has {longest} tokens; the base model takes at most {limit}")


def max_tokens(config: Any, default: int) -> int:
    """How many tokens of a text the model of this config takes; `default` where it has no limit."""
    # RoBERTa's positions start after its padding id, hence two fewer than the table has.
    offset = 2 if config.model_type in ("roberta", "xlm-roberta", "camembert") else 0
    positions = getattr(config, "max_position_embeddings", None)
    return default if positions is None else int(positions) - offset
