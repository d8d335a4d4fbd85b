"""A classifier over the mean of all tokens, for base models that were trained so.

Sentence-transformers models say in 1_Pooling/config.json how they make one vector of a text. Where
that is the mean, the first token's vector, which ...ForSequenceClassification of transformers uses,
was never trained to stand for the text.
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

_POOLING_FILE = "1_Pooling/config.json"


class MeanPoolingClassifier(PreTrainedModel):
    """Any encoder, then the mean over its tokens, dropout and one linear layer."""

    base_model_prefix = "body"

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.body: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
        if getattr(self.body, "pooler", None) is not None:
            self.body.pooler = None  # of the first token
        self.dropout = nn.Dropout(getattr(config, "hidden_dropout_prob", 0.1))
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
        """Logits [rows, labels] of ids and mask [rows, tokens]."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        return SequenceClassifierOutput(logits=self.classifier(self.dropout(pooled)))


def model_class(folder: str) -> Any:
    """What `from_pretrained` is to be called on, for a base model or a trained artefact."""
    config = AutoConfig.from_pretrained(folder)
    trained = config.architectures == [MeanPoolingClassifier.__name__]
    if not (trained or _pools_by_mean(Path(folder, _POOLING_FILE))):
        return AutoModelForSequenceClassification
    MeanPoolingClassifier.config_class = type(config)
    return MeanPoolingClassifier


def _pools_by_mean(path: Path) -> bool:
    return path.is_file() and bool(json.loads(path.read_text()).get("pooling_mode_mean_tokens"))
