"""What the environments' recipe scores on reviews kept apart, over several seeds of the training.

The split is the same each time, so that the trainings differ alone. The weights of the epoch that
is best on the validation split are kept, which flatters that half a little.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks.pipeline import SETTINGS, evaluate, prepare, standard_error, train

_SEEDS = (42, 43, 44)


def measure(reviews: Path) -> None:
    """Prints the scores on the validation and test splits together by seed, and their mean."""
    print("| seed | reviews | accuracy | macro-F1 (95% interval) | calibration error |")
    print("| --- | --- | --- | --- | --- |")
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features"
        prepare(reviews, features, seed=SETTINGS.recipe.seed)
        for seed in _SEEDS:
            train(features, Path(folder) / str(seed), seed=seed)
            found = evaluate(Path(folder) / str(seed), features, Path(folder) / f"{seed}-scores")
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
