"""One run of the scripts as the local environment runs them, without the machinery around."""

import json
import math
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import python
from infra.settings import settings_for
from reviews.client.files.samples import installed_base_model

(SETTINGS,) = settings_for("local")


@dataclass(frozen=True)
class Training:
    """`samples` is training samples/s, validation left out; `computation` what train.py chose."""

    samples: float
    peak_mb: float
    computation: str


def prepare(
    reviews: Path, target: Path, *, seed: int, base_model: Path | None = None, max_length: int = 0
) -> None:
    """The splits, with the tokens of MiniLM unless another base model is given."""
    python(
        "ml_code/preprocess.py",
        f"--input-data={reviews}",
        f"--base-model={base_model or installed_base_model()}",
        f"--output-data={target}",
        f"--message-file={target / 'message'}",
        f"--title-column={SETTINGS.columns.title}",
        f"--max-length={max_length or SETTINGS.recipe.max_length}",
        "--event-time=2026-01-31T12:00:00.000Z",
        f"--seed={seed}",
    )


def train(
    features: Path, model: Path, *, seed: int, base_model: Path | None = None, **recipe: float
) -> Training:
    """Trains with the settings of the environment `local`; `recipe` has what differs."""
    recipe = asdict(SETTINGS.recipe) | recipe | {"seed": seed}
    trained = python(
        "ml_code/train.py",
        f"--base-model={base_model or installed_base_model()}",
        f"--train-data={features / 'train'}",
        f"--validation-data={features / 'validation'}",
        f"--model-dir={model}",
        *(f"--{name.replace('_', '-')}={value}" for name, value in recipe.items()),
    )
    # Each line covers the same number of steps, so the mean is that of the times.
    speeds = [float(found) for found in re.findall(r"samples_per_second=(\S+)", trained.output)]
    chosen = re.search("^Training in (.*?):", trained.output, re.MULTILINE)
    return Training(
        samples=len(speeds) / sum(1 / speed for speed in speeds),
        peak_mb=trained.peak_mb,
        computation=chosen[1] if chosen else "fp32",
    )


def evaluate(model: Path, features: Path, target: Path) -> dict[str, Any]:
    """evaluation.json of the validation and test splits together."""
    held_out = target / "held-out"
    for split in ("validation", "test"):
        shutil.copytree(features / split, held_out / split)
    python(
        "ml_code/evaluate.py",
        f"--model={model}",
        f"--test-data={held_out}",
        f"--output-data={target}",
        f"--message-file={target / 'message'}",
    )
    found: dict[str, Any] = json.loads((target / "evaluation.json").read_text())
    return found


def standard_error(accuracy: float, rows: int) -> float:
    return math.sqrt(accuracy * (1 - accuracy) / rows)
