"""Training: samples a second against Hugging Face's Trainer, and accuracy over several seeds."""

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.measure import python
from benchmarks.pipeline import SETTINGS, prepare, train_and_evaluate
from reviews.client.files.samples import installed_base_model

_SEEDS = (42, 43, 44)


def compare(reviews: Path) -> None:
    """Prints samples/s and test accuracy of both, from the same features."""
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features"
        prepare(reviews, features, seed=_SEEDS[0])
        ours = train_and_evaluate(features, Path(folder) / "ours", seed=_SEEDS[0])
        plain = json.loads(
            python(
                "benchmarks/plain_training.py",
                features,
                installed_base_model(),
                SETTINGS.recipe.epochs,
            ).output.splitlines()[-1]
        )
    print("| training | samples/s | test accuracy |")
    print("| --- | --- | --- |")
    print(f"| Trainer, its defaults | {plain['samples']:.1f} | {plain['accuracy']:.3f} |")
    print(f"| train.py | {ours.samples:.1f} | {ours.evaluation['accuracy']:.3f} |")
    print(f"| ratio | {ours.samples / plain['samples']:.1f} | |", flush=True)


def accuracy(reviews: Path) -> None:
    """Prints the test scores by seed, of which split, sample and training hang, and their mean."""
    print(
        "| seed | test reviews | accuracy | macro-F1 (95% interval) | calibration error | "
        "fp32 / int8 on validation | samples/s | peak memory, MB |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    runs = []
    for seed in _SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            features = Path(folder) / "features"
            prepare(reviews, features, seed=seed)
            run = train_and_evaluate(features, Path(folder) / "trained", seed=seed)
        found = run.evaluation
        low, high = found["macro_f1_interval"]
        error = found["reliability"]["expected_calibration_error"]
        serving = run.serving
        print(
            f"| {seed} | {found['rows']} | {found['accuracy']:.3f} | {found['macro_f1']:.3f} "
            f"({low:.3f} to {high:.3f}) | {error:.3f} | {serving['fp32_accuracy']:.4f} / "
            f"{serving['int8_accuracy']:.4f} | {run.samples:.1f} | {run.training_mb:.0f} |",
            flush=True,
        )
        runs.append(found)
    means = [statistics.mean(found[name] for found in runs) for name in ("accuracy", "macro_f1")]
    print(f"| mean | | {means[0]:.3f} | {means[1]:.3f} | | | | |", flush=True)
