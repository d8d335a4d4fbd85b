"""What the environments' recipe scores on reviews kept apart, over several seeds of the training.

The split is the same each time, so that the trainings differ alone. The weights of the epoch that
is best on the validation split are kept, which flatters that half a little.
"""

import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.larger_encoder import larger_encoder
from benchmarks.pipeline import SETTINGS, evaluate, prepare, standard_error, train

_SEEDS = (42, 43, 44)
_LARGER_RECIPE = {"epochs": 2, "learning_rate": 4e-5, "max_length": 160}


def measure(reviews: Path) -> None:
    """Prints the scores on the validation and test splits together by seed, and their mean."""
    _measure(reviews, None, {})


def measure_larger(reviews: Path) -> None:
    """The same of all-mpnet-base-v2, with the recipe that was best for it of those tried."""
    with tempfile.TemporaryDirectory() as folder:
        _measure(reviews, larger_encoder(Path(folder)), _LARGER_RECIPE)


def _measure(reviews: Path, base_model: Path | None, recipe: Mapping[str, float]) -> None:
    print("| seed | reviews | accuracy | macro-F1 (95% interval) | calibration error |")
    print("| --- | --- | --- | --- | --- |")
    max_length = int(recipe.get("max_length", 0))
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features"
        prepare(
            reviews,
            features,
            seed=SETTINGS.recipe.seed,
            base_model=base_model,
            max_length=max_length,
        )
        for seed in _SEEDS:
            model = Path(folder) / str(seed)
            train(features, model, seed=seed, base_model=base_model, **recipe)
            found = evaluate(model, features, Path(folder) / f"{seed}-scores")
            low, high = found["macro_f1_interval"]
            error = found["reliability"]["expected_calibration_error"]
            print(
                f"| {seed} | {found['rows']:,} | {found['accuracy']:.3f} | "
                f"{found['macro_f1']:.3f} ({low:.3f} to {high:.3f}) | {error:.3f} |",
                flush=True,
            )
            runs.append(found)
    accuracy, macro_f1 = (
        statistics.mean(found[name] for found in runs) for name in ("accuracy", "macro_f1")
    )
    print(f"| mean | | {accuracy:.3f} | {macro_f1:.3f} | |\n")
    error = standard_error(accuracy, runs[0]["rows"])
    print(f"The standard error of an accuracy on these reviews is {error:.3f}.", flush=True)
