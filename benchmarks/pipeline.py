"""One run of the scripts as the local environment runs them, without the machinery around."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import python
from infra.settings import settings_for
from reviews.client.files.samples import installed_base_model

(SETTINGS,) = settings_for("local")


@dataclass(frozen=True)
class Run:
    """What a run ended with. `samples` is training samples/s, validation left out."""

    samples: float
    training_mb: float
    serving: dict[str, Any]
    evaluation: dict[str, Any]


def prepare(reviews: Path, target: Path, *, seed: int) -> None:
    python(
        "ml_code/preprocess.py",
        f"--input-data={reviews}",
        f"--base-model={installed_base_model()}",
        f"--output-data={target}",
        f"--message-file={target / 'message'}",
        f"--title-column={SETTINGS.columns.title}",
        f"--max-length={SETTINGS.recipe.max_length}",
        "--event-time=2026-01-31T12:00:00.000Z",
        f"--seed={seed}",
    )


def train_and_evaluate(features: Path, target: Path, *, seed: int) -> Run:
    recipe = asdict(SETTINGS.recipe) | {"seed": seed}
    trained = python(
        "ml_code/train.py",
        f"--base-model={installed_base_model()}",
        f"--train-data={features / 'train'}",
        f"--validation-data={features / 'validation'}",
        f"--model-dir={target / 'model'}",
        *(f"--{name.replace('_', '-')}={value}" for name, value in recipe.items()),
    )
    python(
        "ml_code/evaluate.py",
        f"--model={target / 'model'}",
        f"--test-data={features / 'test'}",
        f"--output-data={target}",
        f"--message-file={target / 'message'}",
    )
    # Each line covers the same number of steps, so the mean is that of the times.
    speeds = [float(found) for found in re.findall(r"samples_per_second=(\S+)", trained.output)]
    return Run(
        samples=len(speeds) / sum(1 / speed for speed in speeds),
        training_mb=trained.peak_mb,
        serving=json.loads(re.findall("^serving: (.*)$", trained.output, re.MULTILINE)[0]),
        evaluation=json.loads((target / "evaluation.json").read_text()),
    )
