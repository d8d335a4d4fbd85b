"""Temperature scaling, by which a probability of 0.8 is right in 8 of 10 cases.

Logits are divided by one number, the temperature, which the training fits on the validation split:
Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, ICML 2017. The predicted
class stays the same.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reading.errors import UserError
from serving.engines import Logits

TEMPERATURE_FILE = "calibration.json"
_KEY = "temperature"


def probabilities(logits: Logits, temperature: float) -> NDArray[np.float32]:
    """The softmax of the logits divided by the temperature: [rows, classes], as `logits`."""
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(temperature)
    exponentials = np.exp(scaled)
    result: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result


def write_temperature(folder: Path, temperature: float) -> None:
    """Writes the temperature into an artefact folder."""
    (folder / TEMPERATURE_FILE).write_text(json.dumps({_KEY: temperature}), encoding="utf-8")


def read_temperature(folder: Path) -> float:
    """The temperature of an artefact folder; UserError where there is none above 0."""
    path = folder / TEMPERATURE_FILE
    try:
        temperature = float(json.loads(path.read_text(encoding="utf-8"))[_KEY])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"model {folder.name}: no {_KEY} can be read from {path.name}: {error!r}"
        ) from error
    if not 0 < temperature < float("inf"):
        raise UserError(
            f"model {folder.name}: {_KEY} in {path.name} is {temperature}; it must be above 0"
        )
    return temperature
