"""The classes of PyTorch models that an artefact may hold.

Sentence-transformers models say in 1_Pooling/config.json how they make one vector of a text. Where
that is the mean of all tokens, the first token's vector, which ...ForSequenceClassification of
transformers uses, was never trained to stand for the text.
"""

import json
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.utils import logging

from common.hub import POOLING_FILE


class MeanPoolingClassifier(PreTrainedModel):
    """Any encoder, then the mean over its tokens, dropout and one linear layer."""

    base_model_prefix = "body"

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.body: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
        if getattr(self.body, "pooler", None) is not None:
            self.body.pooler = None  # it reads the first token
        self.dropout = nn.Dropout(getattr(config, "hidden_dropout_prob", 0.1))
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Logits [rows, classes] of ids and mask [rows, tokens]; None: nothing is padding."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if attention_mask is None:
            pooled = hidden.mean(dim=1)
        else:
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        return SequenceClassifierOutput(logits=self.classifier(self.dropout(pooled)))


def auto_class(folder: str) -> Any:
    """The class whose `from_pretrained` loads this folder: a base model or an artefact."""
    config = AutoConfig.from_pretrained(folder)
    is_artefact = config.architectures == [MeanPoolingClassifier.__name__]
    if not (is_artefact or _pools_by_mean(Path(folder, POOLING_FILE))):
        return AutoModelForSequenceClassification
    MeanPoolingClassifier.config_class = type(config)
    return MeanPoolingClassifier


def silence_transformers() -> None:
    """Keeps progress bars and advice of transformers out of the job's log."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _pools_by_mean(path: Path) -> bool:
    return path.is_file() and bool(json.loads(path.read_text()).get("pooling_mode_mean_tokens"))
