"""Scores a trained model on the whole test split.

python3 /opt/ml/processing/input/code/evaluate.py --output-data /opt/ml/processing/output/evaluation

Writes evaluation.json and evaluation.html.
"""

import gzip
import json
import sys
import tarfile
import tempfile
import zlib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from common.problems import ArgumentParser, UserError, run

_ARCHIVE = "model.tar.gz"
_BLOCK_BYTES = 1 << 20
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
        with gzip.open(archive) as content, tarfile.open(fileobj=content, mode="r|") as tar:
            tar.extractall(target, filter="data")  # refuses paths and links that lead outside
            while content.read(_BLOCK_BYTES):  # to gzip's checksum, behind the last member
                pass
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise UserError(f"{archive.name}: cannot be unpacked: {error}") from error
    return target


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    from common.requirements_check import ensure

    ensure("requirements.txt")
    print("progress=0.00 stage=load", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        model = extract(settings.model, Path(folder) / "model")
        champion = settings.champion and extract(settings.champion, Path(folder) / "champion")
        evaluate(settings, model, champion)


def evaluate(settings: Namespace, model: Path, champion: Path | None) -> None:
    """Predicts every test row and writes both reports."""
    import numpy as np

    from common.rows import read_rows
    from common.scores import confusion_matrix, reliability, summary
    from evaluating.evaluation_page import render
    from serving.classifier import Classifier

    classifier = Classifier(model)
    names = classifier.labels.names
    rows = read_rows(settings.test_data, classifier.labels, with_texts=True)

    def done(count: int) -> None:
        print(f"progress={count / len(rows):.2f} stage=predict rows={count}", flush=True)

    true, probabilities = np.array(rows.labels), classifier.of_ids(rows.ids, done=done)
    matrix = confusion_matrix(true, probabilities.argmax(axis=1), len(names))
    result = {
        "engine": classifier.engine,
        **summary(matrix, names, seed=settings.seed),
        "reliability": reliability(true, probabilities),
        "worst_mistakes": worst_mistakes(rows, probabilities, names),
    }
    if champion and (scored := champion_scores(champion, rows, names)):
        result["champion"] = scored
    settings.output_data.mkdir(parents=True, exist_ok=True)
    (settings.output_data / "evaluation.json").write_text(json.dumps(result, indent=2))
    (settings.output_data / "evaluation.html").write_text(render(result), encoding="utf-8")
    print(
        f"accuracy={result['accuracy']} macro_f1={result['macro_f1']} "
        f"macro_f1_interval={result['macro_f1_interval']} rows={result['rows']}",
        flush=True,
    )


def champion_scores(folder: Path, rows: Any, names: tuple[str, ...]) -> dict[str, float]:
    """On the same rows; empty for a champion of other classes, which cannot be compared."""
    import numpy as np

    from common.scores import accuracy, confusion_matrix, macro_f1
    from serving.classifier import Classifier

    champion = Classifier(folder)
    known = champion.labels.names
    if set(known) != set(names):
        print(f"The champion is not compared: its classes are {', '.join(known)}", flush=True)
        return {}
    # From the texts: another base model has other token ids.
    said = np.array([names.index(name) for name in known])[
        champion.of_texts(rows.texts).argmax(axis=1)
    ]
    matrix = confusion_matrix(np.array(rows.labels), said, len(names))
    return {"accuracy": round(accuracy(matrix), 4), "macro_f1": round(macro_f1(matrix), 4)}


def worst_mistakes(rows: Any, probabilities: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The wrong predictions of the highest probability, with their texts."""
    said = probabilities.argmax(axis=1)
    wrong = [row for row, label in enumerate(rows.labels) if said[row] != label]
    wrong.sort(key=lambda row: -probabilities[row].max())
    return [
        {
            "text": shorten(rows.texts[row], _LONGEST_TEXT, placeholder=" ..."),
            "is": names[rows.labels[row]],
            "said": names[said[row]],
            "probability": round(float(probabilities[row].max()), 4),
        }
        for row in wrong[:_MISTAKES]
    ]


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
