"""The embeddings of the tokens that occur in a training's rows, in place of the whole vocabulary.

Of a vocabulary of 30,000 to 50,000 tokens, a training of some thousand reviews sees a few thousand.
The others have no gradient, but the optimiser would read and write the whole table with its
statistics at each step, and checkpoints would hold it several times.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from common.rows import Rows


class UsedTokens:
    """Takes the embeddings of all other tokens out of `model`, until `restore`.

    Tokens that do not occur keep their embedding: with the whole table AdamW's weight decay would
    shrink it.
    """

    def __init__(self, model: Any, ids: Sequence[Sequence[int]]) -> None:
        """`ids` are the token ids of all rows that the model will see."""
        self._table: nn.Embedding = model.get_input_embeddings()
        # The padding id stays what it is: RoBERTa's positions follow from it.
        padding = range((model.config.pad_token_id or 0) + 1)
        self._used = np.unique(np.concatenate([padding, *ids]))
        self._index = np.zeros(self._table.num_embeddings, dtype=np.int64)
        self._index[self._used] = np.arange(len(self._used))
        part = nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
            self._table.weight[self._used].detach(),
            freeze=False,
            padding_idx=self._table.padding_idx,
        )
        model.set_input_embeddings(part)

    def renumbered(self, rows: Rows) -> Rows:
        """The same rows with the token ids of the smaller table."""
        return replace(rows, ids=[self._index[ids].tolist() for ids in rows.ids])

    def restore(self, model: Any) -> None:
        """Puts the whole table back, with what has been learned."""
        with torch.no_grad():
            self._table.weight[self._used] = model.get_input_embeddings().weight.cpu()
        model.set_input_embeddings(self._table)
