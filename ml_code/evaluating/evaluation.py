"""Predicts every row of the test split, and writes what that tells about the model."""

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.metrics import accuracy, confusion_matrix, macro_f1
from common.rows import Rows, read_rows
from contract.s3_keys import METRICS_FILE, PAGE_FILE
from evaluating.calibration import error_by_chance, reliability
from evaluating.evaluation_page import render
from evaluating.report import classification_report
from serving.classifier import Classifier
from serving.temperature import probabilities

_MISTAKES = 20
_MISTAKE_CHARACTERS = 400


def evaluate(
    model: Path,
    champion: Path | None,
    *,
    test_data: Path,
    output: Path,
    seed: int,
    from_texts: bool = False,
) -> None:
    """Writes evaluation.json and evaluation.html into the folder `output`.

    `model` and `champion` are folders of extracted artefacts; the champion, if any, is scored on
    the same rows. `seed` is that of the bootstrap. With `from_texts` the token ids of the rows are
    those of another base model, and their texts are tokenised. Raises UserError for a model or for
    rows that cannot be read.
    """
    classifier = Classifier(model)
    rows = read_rows(test_data, classifier.labels, with_texts=True)
    ids = classifier.encode(rows.texts) if from_texts else rows.ids
    result = _result(classifier, rows, ids, seed)
    if champion and (metrics := _champion_metrics(champion, rows, classifier.labels.names)):
        result["champion"] = metrics
    output.mkdir(parents=True, exist_ok=True)
    (output / METRICS_FILE).write_text(json.dumps(result, indent=2))
    (output / PAGE_FILE).write_text(render(result), encoding="utf-8")
    print(
        f"accuracy={result['accuracy']} macro_f1={result['macro_f1']} "
        f"macro_f1_interval={result['macro_f1_interval']} rows={result['rows']}",
        flush=True,
    )


def _result(
    classifier: Classifier, rows: Rows, ids: Sequence[list[int]], seed: int
) -> dict[str, Any]:
    def log_progress(done: int) -> None:
        print(f"progress={done / len(rows):.2f} stage=predict rows={done}", flush=True)

    names = classifier.labels.names
    actual = np.array(rows.labels)
    logits = classifier.predict_logits(ids, on_progress=log_progress)
    predicted = probabilities(logits, classifier.temperature)
    matrix = confusion_matrix(actual, logits.argmax(axis=1), len(names))
    return {
        "engine": classifier.engine,
        **classification_report(matrix, names, seed=seed),
        "temperature": classifier.temperature,
        "reliability": {
            **reliability(actual, predicted),
            "error_by_chance": error_by_chance(predicted, seed=seed),
        },
        "reliability_before_scaling": reliability(actual, probabilities(logits, 1.0)),
        "worst_mistakes": worst_mistakes(rows, predicted, names),
    }


def worst_mistakes(
    rows: Rows, predicted: NDArray[np.float32], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The wrong predictions with the highest probabilities, with their texts: at most 20.

    `predicted` has class probabilities [rows, classes], `names` are those of the classes.
    """
    classes, confidence = predicted.argmax(axis=1), predicted.max(axis=1)
    wrong = [row for row, actual in enumerate(rows.labels) if classes[row] != actual]
    wrong.sort(key=lambda row: -confidence[row])
    return [
        {
            "text": shorten(rows.texts[row], _MISTAKE_CHARACTERS, placeholder=" ..."),
            "actual": names[rows.labels[row]],
            "predicted": names[classes[row]],
            "probability": round(float(confidence[row]), 4),
        }
        for row in wrong[:_MISTAKES]
    ]


def _champion_metrics(folder: Path, rows: Rows, names: tuple[str, ...]) -> dict[str, float]:
    """Accuracy and macro-F1; empty for a champion of other classes, which cannot be compared."""
    champion = Classifier(folder)
    known = champion.labels.names
    if set(known) != set(names):
        print(f"The champion is not compared: its classes are {', '.join(known)}", flush=True)
        return {}
    # From the texts, since another base model has other token ids.
    predicted = champion.predict_proba_of_texts(rows.texts).argmax(axis=1)
    class_index = np.array([names.index(name) for name in known])  # here, of the champion's classes
    matrix = confusion_matrix(np.array(rows.labels), class_index[predicted], len(names))
    return {"accuracy": round(accuracy(matrix), 4), "macro_f1": round(macro_f1(matrix), 4)}
