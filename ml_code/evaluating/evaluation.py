"""Predicts every row of the test split, and writes what that tells about the model."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.baseline import Baseline, make_baseline
from common.calibration import error_by_chance, reliability
from common.metrics import confusion_matrix, overall
from common.rows import Rows, read_rows
from common.text_measures import TextMeter
from common.tokenisation import TOKENIZER_FILE
from contract.metrics import METRICS
from contract.s3_keys import BASELINE, METRICS_FILE, PAGE_FILE, PREPARATION_REPORTS
from evaluating.evaluation_page import render
from evaluating.report import classification_report
from serving.classifier import Classifier
from serving.engines import Logits
from serving.temperature import probabilities

_MISTAKES = 20
_MISTAKE_CHARACTERS = 400


def evaluate(
    model: Path,
    champion: Path | None,
    *,
    test_data: Path,
    report: Path | None = None,
    output: Path,
    seed: int,
    from_texts: bool = False,
) -> None:
    """Writes evaluation.json and evaluation.html into the folder `output`, and the baseline of
    drift into its folder baseline.

    `model` and `champion` are folders of extracted artefacts; the champion, if any, is scored on
    the same rows. `report` has the reports of the preparation, `seed` is that of the bootstrap.
    With `from_texts` the token ids of the rows are those of another base model, and their texts
    are tokenised. Raises UserError for a model or for rows that cannot be read.
    """
    classifier = Classifier(model)
    rows = read_rows(test_data, classifier.labels, with_texts=True)
    logits = _logits(classifier, classifier.encode(rows.texts) if from_texts else rows.ids)
    predicted = probabilities(logits, classifier.temperature)
    result = _result(classifier, rows, logits, predicted, seed)
    if champion and (metrics := _champion_metrics(champion, rows, classifier.labels.names)):
        result["champion"] = metrics
    output.mkdir(parents=True, exist_ok=True)
    (output / METRICS_FILE).write_text(json.dumps(result, indent=2))
    (output / PAGE_FILE).write_text(render(result), encoding="utf-8")
    folder = output / Path(BASELINE).name
    _baseline(model, classifier.labels.names, rows, predicted, report).write(folder)
    shutil.copy(model / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    printed = (*(metric.name for metric in METRICS), "macro_f1_interval", "rows")
    print(" ".join(f"{name}={result[name]}" for name in printed), flush=True)


def _logits(classifier: Classifier, ids: Sequence[list[int]]) -> Logits:
    """The logits [rows, classes] of all rows."""

    def log_progress(done: int) -> None:
        print(f"progress={done / len(ids):.2f} stage=predict rows={done}", flush=True)

    return classifier.predict_logits(ids, on_progress=log_progress)


def _result(
    classifier: Classifier,
    rows: Rows,
    logits: Logits,
    predicted: NDArray[np.float32],
    seed: int,
) -> dict[str, Any]:
    """What evaluation.json holds; `predicted` are the probabilities, scaled by the temperature."""
    names = classifier.labels.names
    actual = np.array(rows.labels)
    classes = logits.argmax(axis=1)
    correct, confidence = classes == actual, predicted.max(axis=1)
    return {
        "engine": classifier.engine,
        **classification_report(confusion_matrix(actual, classes, len(names)), names, seed=seed),
        "temperature": classifier.temperature,
        "reliability": {
            **reliability(confidence, correct),
            "error_by_chance": error_by_chance(confidence, seed=seed),
        },
        "reliability_before_scaling": reliability(probabilities(logits, 1.0).max(axis=1), correct),
        "worst_mistakes": worst_mistakes(rows, predicted, names),
    }


def _baseline(
    model: Path,
    names: Sequence[str],
    rows: Rows,
    predicted: NDArray[np.float32],
    report: Path | None,
) -> Baseline:
    return make_baseline(
        classes=names,
        actual=np.array(rows.labels),
        predicted=predicted.argmax(axis=1),
        confidence=predicted.max(axis=1),
        measures=TextMeter(model).measure(rows.texts),
        class_counts=_class_counts(report),
    )


def _class_counts(report: Path | None) -> dict[str, int]:
    """The reviews of each class before they were balanced, which every host's report has; empty
    where there is no report."""
    reports = sorted(report.glob(f"{Path(PREPARATION_REPORTS).name}*.json")) if report else []
    if not reports:
        return {}
    counts: dict[str, int] = json.loads(reports[0].read_text(encoding="utf-8"))["classes"]
    return counts


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
    """METRICS; empty for a champion of other classes, which cannot be compared."""
    champion = Classifier(folder)
    known = champion.labels.names
    if set(known) != set(names):
        print(f"The champion is not compared: its classes are {', '.join(known)}", flush=True)
        return {}
    # From the texts, since another base model has other token ids.
    predicted = champion.predict_proba_of_texts(rows.texts).argmax(axis=1)
    class_index = np.array([names.index(name) for name in known])  # here, of the champion's classes
    matrix = confusion_matrix(np.array(rows.labels), class_index[predicted], len(names))
    return overall(matrix)
