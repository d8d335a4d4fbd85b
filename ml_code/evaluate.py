"""Scores a trained model on the whole test split.

python3 /opt/ml/processing/input/code/evaluate.py --output-data /opt/ml/processing/output/evaluation

Writes evaluation.json and evaluation.html.
"""

import json
import sys
import tarfile
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from problems import ArgumentParser, UserError, run

_ARCHIVE = "model.tar.gz"
_MISTAKES = 20
_LONGEST_TEXT = 400


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The job's places; UserError names a wrong one."""
    parser = ArgumentParser(description="Evaluates the review classifier.", allow_abbrev=False)
    parser.add_argument("--model", type=Path, default="/opt/ml/processing/input/model")
    parser.add_argument("--champion", type=Path, help="a model to compare with")
    parser.add_argument("--test-data", type=Path, default="/opt/ml/processing/input/test")
    parser.add_argument("--output-data", type=Path, default="/opt/ml/processing/output/evaluation")
    parser.add_argument("--message-file", type=Path, default="/opt/ml/output/message")
    parser.add_argument("--seed", type=int, default=42, help="of the bootstrap")
    return parser.parse_args(list(arguments))


def extract(source: Path, target: Path) -> Path:
    """The folder of the model's files: `source`, or its model.tar.gz unpacked in `target`."""
    archive = source / _ARCHIVE if source.is_dir() else source
    if not archive.is_file():
        if (source / "config.json").is_file():
            return source
        found = ", ".join(sorted(p.name for p in source.glob("*"))) or "nothing"
        raise UserError(f"{source.name}: no {_ARCHIVE} in it; found {found}")
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(target, filter="data")  # refuses paths and links that lead outside
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UserError(f"{archive.name}: cannot be unpacked: {error}") from error
    return target


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    from requirements_check import ensure

    ensure("requirements.txt")
    print("progress=0.00 stage=load", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        model = extract(settings.model, Path(folder) / "model")
        champion = settings.champion and extract(settings.champion, Path(folder) / "champion")
        evaluate(settings, model, champion)


def evaluate(settings: Namespace, model: Path, champion: Path | None) -> None:
    """Predicts every test row and writes both reports."""
    import numpy as np

    from classifier import Classifier
    from evaluation_page import render
    from rows import read_rows
    from scores import confusion_matrix, reliability, summary

    rows = read_rows(settings.test_data, with_texts=True)

    def done(count: int) -> None:
        print(f"progress={count / len(rows):.2f} stage=predict rows={count}", flush=True)

    classifier, true = Classifier(model), np.array(rows.labels)
    probabilities = classifier.of_ids(rows.ids, done=done)
    matrix = confusion_matrix(true, probabilities.argmax(axis=1))
    result = {
        "engine": classifier.engine,
        **summary(matrix, seed=settings.seed),
        "reliability": reliability(true, probabilities),
        "worst_mistakes": worst_mistakes(rows, probabilities),
    }
    if champion:
        # From the texts: another base model has other token ids.
        said = Classifier(champion).of_texts(rows.texts).argmax(axis=1)
        scored = summary(confusion_matrix(true, said), seed=settings.seed)
        result["champion"] = {name: scored[name] for name in ("accuracy", "macro_f1")}
    settings.output_data.mkdir(parents=True, exist_ok=True)
    (settings.output_data / "evaluation.json").write_text(json.dumps(result, indent=2))
    (settings.output_data / "evaluation.html").write_text(render(result), encoding="utf-8")
    print(
        f"accuracy={result['accuracy']} macro_f1={result['macro_f1']} "
        f"macro_f1_interval={result['macro_f1_interval']} rows={result['rows']}",
        flush=True,
    )


def worst_mistakes(rows: Any, probabilities: Any) -> list[dict[str, Any]]:
    """The wrong predictions of the highest probability, with their texts."""
    from labels import LABELS

    said = probabilities.argmax(axis=1)
    wrong = [row for row, label in enumerate(rows.labels) if said[row] != label]
    wrong.sort(key=lambda row: -probabilities[row].max())
    return [
        {
            "text": shorten(rows.texts[row], _LONGEST_TEXT, placeholder=" ..."),
            "is": LABELS[rows.labels[row]],
            "said": LABELS[said[row]],
            "probability": round(float(probabilities[row].max()), 4),
        }
        for row in wrong[:_MISTAKES]
    ]


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
