"""The last layer of an encoder whose head reads the first token alone.

BERT's and RoBERTa's classifiers do. The other tokens' queries and dense products in that layer are
then computed for nothing: five sixths of its work, a seventh of all of a MiniLM of six layers. The
answers are the same.
"""

from typing import Any

from torch import Tensor, nn

# Of transformers' classes, those whose layers have the same parts by the same names.
_ALIKE = ("bert", "roberta", "xlm-roberta", "camembert")


def narrow(model: Any) -> None:
    """Exchanges the last layer of a ...ForSequenceClassification; leaves other models as they are.

    The layer then computes attention itself, in the form to export: not by a fused kernel.
    """
    reads_first = type(model).__name__.endswith("ForSequenceClassification")
    if reads_first and model.config.model_type in _ALIKE:
        layers = model.base_model.encoder.layer
        layers[-1] = _FirstTokenLayer(layers[-1])


class _FirstTokenLayer(nn.Module):
    """[rows, tokens, size] in, [rows, 1, size] out."""

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
        narrowed: Tensor = self._layer.feed_forward_chunk(attended)
        return narrowed

    def _heads(self, projected: Tensor) -> Tensor:
        """[rows, tokens, size] as [rows, heads, tokens, size of a head]."""
        size = self._layer.attention.self.attention_head_size
        return projected.view(*projected.shape[:2], -1, size).transpose(1, 2)
