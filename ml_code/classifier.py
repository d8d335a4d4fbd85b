"""The trained model as evaluation and the endpoint use it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from batches import pad, plan_in_order
from labels import LABELS
from problems import UserError
from tokenisation import TextEncoder, quieten

_BATCH_ROWS = 64
_DEFAULT_MAX_LENGTH = 128


class Classifier:
    """Class probabilities of texts or token ids, from the artefact folder that train.py made."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForSequenceClassification

        quieten()
        try:
            model = AutoModelForSequenceClassification.from_pretrained(folder)
        except (OSError, ValueError) as error:
            raise UserError(f"model {folder.name}: cannot be loaded: {error}") from error
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model: Any = model.to(self._device).eval()
        self._encoder = TextEncoder(str(folder), max_length=_max_length(folder))

    def of_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [texts, 3] in the order of LABELS."""
        return self.of_ids(self._encoder.encode(texts))

    @torch.inference_mode()
    def of_ids(
        self, ids: Sequence[list[int]], *, done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Probabilities [rows, 3]; batches have similar length; `done` hears the rows so far."""
        result = np.zeros((len(ids), len(LABELS)), dtype=np.float32)
        rows = 0
        for chosen in plan_in_order([len(row) for row in ids], _BATCH_ROWS):
            input_ids, mask = pad(
                [ids[row] for row in chosen], self._model.config.pad_token_id or 0
            )
            logits = self._model(
                input_ids=input_ids.to(self._device), attention_mask=mask.to(self._device)
            ).logits
            result[chosen] = logits.float().softmax(dim=-1).cpu().numpy()
            rows += len(chosen)
            if done is not None:
                done(rows)
        return result


def _max_length(folder: Path) -> int:
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return int(min(settings.get("model_max_length", _DEFAULT_MAX_LENGTH), 512))
