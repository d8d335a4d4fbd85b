"""Training: samples a second, memory and accuracy, against an expert's Trainer."""

import json
import tempfile
from pathlib import Path

from benchmarks.measure import python
from benchmarks.pipeline import SETTINGS, evaluate, prepare, standard_error, train
from reviews.client.files.samples import installed_base_model


def compare(reviews: Path) -> None:
    """Both train on the same features, one after the other."""
    recipe = SETTINGS.recipe
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features"
        prepare(reviews, features, seed=recipe.seed)
        trained = train(features, Path(folder) / "model", seed=recipe.seed)
        found = evaluate(Path(folder) / "model", features, Path(folder) / "scores")
        expert = python(
            "benchmarks/expert_training.py",
            features,
            installed_base_model(),
            recipe.epochs,
            recipe.learning_rate,
            recipe.max_length,
        )
    peer = json.loads(expert.output.splitlines()[-1])
    error = standard_error(found["accuracy"], found["rows"])
    options = ", ".join(f"{name}={value}" for name, value in peer["options"].items())
    print("| training | reviews/s | peak memory, MB | accuracy |")
    print("| --- | --- | --- | --- |")
    print(
        f"| Trainer, {options} | {peer['samples']:.1f} | {expert.peak_mb:,.0f} | "
        f"{peer['accuracy']:.3f} |"
    )
    print(
        f"| train.py, {trained.computation} | {trained.samples:.1f} | {trained.peak_mb:,.0f} | "
        f"{found['accuracy']:.3f} |"
    )
    print(f"| ratio | {trained.samples / peer['samples']:.2f} | | |\n")
    print(
        f"Accuracy on the {found['rows']:,} reviews of the validation and test splits; its "
        f"standard error is {error:.3f}.",
        flush=True,
    )
