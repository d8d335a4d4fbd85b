"""The trained model as evaluation and the endpoint use it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.labels import Labels
from common.padding import batches_by_length, pad
from common.problems import UserError
from common.tokenisation import TextEncoder
from reading.text import cleaned
from serving.engines import Engine, engine_for

_BATCH_ROWS = 64
_DEFAULT_MAX_LENGTH = 128


class Classifier:
    """Class probabilities of texts or token ids, from the artefact folder that train.py made."""

    def __init__(
        self, folder: Path, engine: Engine | None = None, *, gpu: int | None = None
    ) -> None:
        """`gpu` is the number of the one to compute on; None: the first, if there is one."""
        config = _read(folder / "config.json")
        self._pad_id = config.get("pad_token_id") or 0
        self.labels = _labels(config)
        self._engine = engine or engine_for(folder, gpu)
        limit = _read(folder / "tokenizer_config.json").get("model_max_length", _DEFAULT_MAX_LENGTH)
        self.max_length = int(min(limit, 512))
        self._encoder = TextEncoder(folder, max_length=self.max_length)

    @property
    def engine(self) -> str:
        """What computes: onnx-int8, onnx-fp32, torch-cpu or torch-cuda."""
        return self._engine.name

    @property
    def any_token(self) -> int:
        """An id of the vocabulary, to try the model with."""
        return self._encoder.encode(["a"])[0][0]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """One list of at most `max_length` token ids a text, cleaned as it was for the training."""
        return self._encoder.encode([cleaned(text) for text in texts])

    def of_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [texts, classes]."""
        return self.of_ids(self.encode(texts))

    def of_ids(
        self, ids: Sequence[list[int]], *, done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Probabilities [rows, classes]; batches have similar length; `done` hears rows so far."""
        logits = np.zeros((len(ids), len(self.labels.names)), dtype=np.float32)
        rows = 0
        for chosen in batches_by_length([len(row) for row in ids], _BATCH_ROWS):
            logits[chosen] = self._engine.logits(*pad([ids[row] for row in chosen], self._pad_id))
            rows += len(chosen)
            if done is not None:
                done(rows)
        return _softmax(logits)


def _labels(config: dict[str, Any]) -> Labels:
    """As base_model.py put them there; its keys are texts, since that is JSON."""
    names = config.get("id2label", {})
    return Labels(
        names=tuple(names[key] for key in sorted(names, key=int)),
        sentiments=tuple(config.get("sentiments", ())),
    )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return result


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"model {path.parent.name}: {path.name} cannot be read: {error}") from error
    return found
