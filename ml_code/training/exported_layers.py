"""The layers of an encoder as they are exported for the endpoint, which has one text at a time.

Attention is one operator of ONNX Runtime: without padding there is nothing to mask, and fewer
operators take less time. The last layer is computed for the first token alone, since the
classifiers of BERT and RoBERTa read no other ([CLS], <s>): five sixths of that layer's work, a
seventh of all the work of a MiniLM of six layers. The logits are the same.
"""

from typing import Any

import torch
from torch import Tensor, nn

# The model types of transformers whose layers have the same parts by the same names.
_MODEL_TYPES = ("bert", "roberta", "xlm-roberta", "camembert")


def use_exported_layers(model: Any) -> None:
    """Replaces the layers of these model types; leaves other models as they are.

    The model then computes texts without padding, and has no gradients.
    """
    if model.config.model_type not in _MODEL_TYPES:
        return
    layers = model.base_model.encoder.layer
    for layer in layers:
        layer.attention.self = ExportedAttention(layer.attention.self)
    if type(model).__name__.endswith("ForSequenceClassification"):
        layers[-1] = FirstTokenLayer(layers[-1])


class ExportedAttention(nn.Module):
    """The attention of a layer: hidden states in and out are [rows, tokens, size]."""

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.query, self.key, self.value = attention.query, attention.key, attention.value
        self._heads = attention.num_attention_heads

    def forward(self, hidden: Tensor, *_: Any, **__: Any) -> tuple[Tensor, None]:
        return self.attend(hidden, hidden), None

    def attend(self, asking: Tensor, hidden: Tensor) -> Tensor:
        """Attention of the tokens `asking` [rows, some tokens, size] over all tokens."""
        parts = self.query(asking), self.key(hidden), self.value(hidden)
        attended: Tensor = _MultiHeadAttention.apply(*parts, self._heads)  # type: ignore[no-untyped-call]
        return attended


class FirstTokenLayer(nn.Module):
    """Hidden states [rows, tokens, size] in, those of the first token out: [rows, 1, size]."""

    def __init__(self, layer: Any) -> None:
        """`layer` has an ExportedAttention."""
        super().__init__()
        self._layer = layer

    def forward(self, hidden: Tensor, *_: Any, **__: Any) -> Tensor:
        attention, first = self._layer.attention, hidden[:, :1]
        attended = attention.output(attention.self.attend(first, hidden), first)
        output: Tensor = self._layer.feed_forward_chunk(attended)
        return output


class _MultiHeadAttention(torch.autograd.Function):
    """Scaled dot-product attention of queries, keys and values [rows, tokens, size].

    In ONNX it is the operator of ONNX Runtime:
    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
    """

    @staticmethod
    def forward(_context: Any, query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
        shape = (*key.shape[:1], -1, heads, key.shape[2] // heads)
        attended = nn.functional.scaled_dot_product_attention(
            query.view(shape).transpose(1, 2),
            key.view(shape).transpose(1, 2),
            value.view(shape).transpose(1, 2),
        )
        return attended.transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heads: int) -> Any:
        attended = graph.op(
            "com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads
        )
        return attended.setType(query.type())
