"""The trained model as the evaluation and the endpoint use it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.labels import Labels
from common.padding import batches_by_length
from common.tokenisation import TextEncoder
from reading.errors import UserError
from reading.text import cleaned
from serving.engines import Engine, Logits, load_engine
from serving.temperature import probabilities, read_temperature

_BATCH_ROWS = 64
_DEFAULT_MAX_LENGTH, _MAX_LENGTH = 128, 512


class Classifier:
    """Class probabilities of texts or token ids, from an artefact folder."""

    def __init__(
        self, folder: Path, engine: Engine | None = None, *, gpu: int | None = None
    ) -> None:
        """`gpu` is the number of the GPU to use; None: the first one, if there is one.

        Raises UserError when a file of the artefact is missing or damaged.
        """
        config = _read_json(folder / "config.json")
        self.labels = _labels(config)
        self.temperature = read_temperature(folder)
        self._engine = engine or load_engine(folder, gpu)
        tokenizer_config = _read_json(folder / "tokenizer_config.json")
        limit = tokenizer_config.get("model_max_length", _DEFAULT_MAX_LENGTH)
        self.max_length = int(min(limit, _MAX_LENGTH))
        self._encoder = TextEncoder(folder, max_length=self.max_length)

    @property
    def engine(self) -> str:
        """The engine's name: onnx-int8, onnx-fp32, torch-cpu or torch-cuda."""
        return self._engine.name

    @property
    def any_token(self) -> int:
        """A token id of the vocabulary, to measure the model with."""
        return self._encoder.encode(["a"])[0][0]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, at most `max_length`; texts are cleaned as for the training."""
        return self._encoder.encode([cleaned(text) for text in texts])

    def predict_proba_of_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Class probabilities [texts, classes]."""
        return self.predict_proba(self.encode(texts))

    def predict_proba(self, ids: Sequence[list[int]]) -> NDArray[np.float32]:
        """Class probabilities [rows, classes] of rows of token ids."""
        return probabilities(self.predict_logits(ids), self.temperature)

    def predict_logits(
        self, ids: Sequence[list[int]], *, on_progress: Callable[[int], None] | None = None
    ) -> Logits:
        """Logits [rows, classes] of rows of token ids.

        `on_progress` is called after each batch with the number of rows done.
        """
        logits = np.zeros((len(ids), len(self.labels.names)), dtype=np.float32)
        done = 0
        for rows in batches_by_length([len(row) for row in ids], _BATCH_ROWS):
            logits[rows] = self._engine.logits([ids[row] for row in rows])
            done += len(rows)
            if on_progress is not None:
                on_progress(done)
        return logits


def _labels(config: dict[str, Any]) -> Labels:
    """The labels that training/base_model.py wrote. In JSON the keys of id2label are texts."""
    names = config.get("id2label", {})
    return Labels(
        names=tuple(names[key] for key in sorted(names, key=int)),
        sentiments=tuple(config.get("sentiments", ())),
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"model {path.parent.name}: {path.name} cannot be read: {error}") from error
    return found
