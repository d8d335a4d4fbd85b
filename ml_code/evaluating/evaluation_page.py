"""The evaluation as one self-contained HTML page."""

from html import escape
from typing import Any

from common.html_report import document, note, scrolling, section, table
from common.reliability_bins import bin_marks, bin_table
from common.svg_charts import reliability_diagram
from contract.metrics import ACCURACY, MACRO_F1, METRICS

_NAMED = (ACCURACY.name, MACRO_F1.name)  # with what they are compared with


def render(result: dict[str, Any]) -> str:
    """The page of what evaluation.json holds."""
    parts = [
        _summary(result),
        _metrics_by_class(result),
        _confusion_matrix(result),
        _reliability(result),
        _mistakes(result),
    ]
    return document("Evaluation", parts)


def _summary(result: dict[str, Any]) -> str:
    lower, upper = result["macro_f1_interval"]
    others = "".join(
        f", {escape(title)} <b>{result[name]:.3f}</b>"
        for name, title in METRICS
        if name not in _NAMED
    )
    text = (
        f"<p>{result['rows']} test reviews, predicted with {escape(result['engine'])}. Accuracy "
        f"<b>{result['accuracy']:.1%}</b>, macro-F1 <b>{result['macro_f1']:.3f}</b> "
        f"(95 % bootstrap interval {lower:.3f} to {upper:.3f}){others}. Always predicting the most "
        f"frequent class has an accuracy of {result['majority_accuracy']:.1%}.</p>"
    )
    if champion := result.get("champion"):
        text += (
            f"<p>On the same reviews the champion, the newest approved model, has an accuracy of "
            f"{champion['accuracy']:.1%} and a macro-F1 of {champion['macro_f1']:.3f}.</p>"
        )
    return text


def _metrics_by_class(result: dict[str, Any]) -> str:
    rows = [
        (label, f"{score['precision']:.3f}", f"{score['recall']:.3f}", f"{score['f1']:.3f}",
         score["support"])
        for label, score in result["per_class"].items()
    ]  # fmt: skip
    head = ["class", "precision", "recall", "F1", "support (reviews)"]
    return section("Metrics by class", table(head, rows))


def _confusion_matrix(result: dict[str, Any]) -> str:
    """Each cell is shaded by its share of the actual class."""
    names = [escape(name) for name in result["labels"]]
    head = "".join(f'<th scope="col">predicted {name}</th>' for name in names)
    rows = []
    for name, counts in zip(names, result["confusion_matrix"], strict=True):
        total = sum(counts) or 1
        cells = "".join(
            f'<td style="background:rgba(47,109,181,{0.7 * count / total:.2f})">{count} '
            f"({count / total:.0%})</td>"
            for count in counts
        )
        rows.append(f'<tr><th scope="row">actual {name}</th>{cells}</tr>')
    matrix = f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return section(
        "Confusion matrix",
        note(
            "Rows are actual classes, columns predicted classes. Each cell has the number of "
            "reviews and its share of the row, which on the diagonal is the recall."
        ),
        scrolling("Confusion matrix", matrix),
    )


def _reliability(result: dict[str, Any]) -> str:
    """The calibration with the temperature, and without it for comparison."""
    after, before = result["reliability"], result["reliability_before_scaling"]
    chance = after["error_by_chance"]
    return section(
        "Reliability diagram",
        note(
            "Reviews are grouped by confidence, the probability of the predicted class. On the "
            "dashed line the accuracy of a group is its mean confidence; below the line the model "
            "is overconfident, above it underconfident. Filled marks are what the endpoint "
            f"answers, with the temperature {result['temperature']:.2f} that the training fitted "
            "on the validation split; open marks are without it."
        ),
        note(
            f"Expected calibration error: {after['expected_calibration_error']:.3f}, without the "
            f"temperature {before['expected_calibration_error']:.3f}. On {result['rows']} reviews "
            f"perfectly calibrated probabilities would have {chance['mean']:.3f} on average, and "
            f"at most {chance['percentile_95']:.3f} in 95 of 100 cases, by chance alone."
        ),
        reliability_diagram(
            bin_marks(after["bins"], "reviews"), before=bin_marks(before["bins"], "reviews")
        ),
        bin_table(after["bins"], "reviews"),
    )


def _mistakes(result: dict[str, Any]) -> str:
    title = "Most confident mistakes"
    if not result["worst_mistakes"]:
        return section(title, note("There are none."))
    rows = [
        (mistake["text"], mistake["actual"], mistake["predicted"], f"{mistake['probability']:.3f}")
        for mistake in result["worst_mistakes"]
    ]
    return section(
        title,
        note("Wrong predictions with the highest confidence. Some of the ratings may be wrong."),
        table(["review", "actual", "predicted", "confidence"], rows),
    )
