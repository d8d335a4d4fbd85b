"""The last layer of an encoder, computed for the first token alone.

The classifiers of BERT and RoBERTa read the first token ([CLS], <s>) only. The queries and dense
products of the other tokens in the last layer are then not needed: five sixths of its work, a
seventh of all the work of a MiniLM of six layers. The logits are the same.
"""

from typing import Any

from torch import Tensor, nn

# The model types of transformers whose layers have the same parts by the same names.
_MODEL_TYPES = ("bert", "roberta", "xlm-roberta", "camembert")


def use_first_token_layer(model: Any) -> None:
    """Replaces the last layer of a ...ForSequenceClassification; leaves other models as they are.

    The new layer computes attention by matrix products, which can be exported, not by a fused
    kernel.
    """
    reads_first_token = type(model).__name__.endswith("ForSequenceClassification")
    if reads_first_token and model.config.model_type in _MODEL_TYPES:
        layers = model.base_model.encoder.layer
        layers[-1] = FirstTokenLayer(layers[-1])


class FirstTokenLayer(nn.Module):
    """Hidden states [rows, tokens, size] in, those of the first token out: [rows, 1, size]."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self._layer = layer

    def forward(
        self, hidden: Tensor, attention_mask: Tensor | None = None, *_: Any, **__: Any
    ) -> Tensor:
        attention = self._layer.attention.self
        first = hidden[:, :1]
        queries = self._heads(attention.query(first))
        keys, values = self._heads(attention.key(hidden)), self._heads(attention.value(hidden))
        weights = queries @ keys.transpose(2, 3) * attention.scaling
        if attention_mask is not None:
            weights = weights + attention_mask[:, :, :1]
        context = (weights.softmax(dim=-1) @ values).transpose(1, 2).flatten(2)
        attended = self._layer.attention.output(context, first)
        output: Tensor = self._layer.feed_forward_chunk(attended)
        return output

    def _heads(self, projected: Tensor) -> Tensor:
        """[rows, tokens, size] as [rows, heads, tokens, size of a head]."""
        size = self._layer.attention.self.attention_head_size
        return projected.view(*projected.shape[:2], -1, size).transpose(1, 2)
