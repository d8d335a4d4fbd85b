"""The evaluation as one self-contained HTML page."""

from html import escape
from typing import Any

from common.page import against_diagonal, document, note, scrolling, section, table


def render(result: dict[str, Any]) -> str:
    """The page of a result that evaluate.py made."""
    low, high = result["macro_f1_interval"]
    head = (
        f"<p>{result['rows']} test reviews, predicted by {escape(result['engine'])}. Accuracy "
        f"<b>{result['accuracy']:.1%}</b>, macro-F1 <b>{result['macro_f1']:.3f}</b> "
        f"(95% interval {low:.3f} to {high:.3f}); always saying the most frequent class would "
        f"reach {result['majority_accuracy']:.1%}.</p>"
    )
    if champion := result.get("champion"):
        head += (
            f"<p>On the same reviews the champion, the newest approved model, reaches "
            f"{champion['accuracy']:.1%} and {champion['macro_f1']:.3f}.</p>"
        )
    parts = [head, _classes(result), _confusion(result), _reliability(result), _mistakes(result)]
    return document("Evaluation", parts)


def _classes(result: dict[str, Any]) -> str:
    rows = [
        (label, f"{score['precision']:.3f}", f"{score['recall']:.3f}", f"{score['f1']:.3f}",
         score["support"])
        for label, score in result["per_class"].items()
    ]  # fmt: skip
    return section("Classes", table(["class", "precision", "recall", "F1", "reviews"], rows))


def _confusion(result: dict[str, Any]) -> str:
    """Each cell is shaded by its share of the true class."""
    head = "".join(f'<th scope="col">said {escape(label)}</th>' for label in result["labels"])
    rows = []
    for label, counts in zip(result["labels"], result["confusion_matrix"], strict=True):
        total = sum(counts) or 1
        cells = "".join(
            f'<td style="background:rgba(47,109,181,{0.7 * count / total:.2f})">{count} '
            f"({count / total:.0%})</td>"
            for count in counts
        )
        rows.append(f'<tr><th scope="row">is {escape(label)}</th>{cells}</tr>')
    return section(
        "Confusion matrix",
        scrolling(
            "Confusion matrix",
            f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
        ),
    )


def _reliability(result: dict[str, Any]) -> str:
    found = result["reliability"]
    points = [
        (part["confidence"], part["accuracy"],
         f"{part['rows']} reviews: sure {part['confidence']:.0%}, right {part['accuracy']:.0%}")
        for part in found["bins"]
    ]  # fmt: skip
    rows = [
        (f"{part['from']:.1f} to {part['to']:.1f}", part["rows"], f"{part['confidence']:.3f}",
         f"{part['accuracy']:.3f}")
        for part in found["bins"]
    ]  # fmt: skip
    return section(
        "Reliability",
        note(
            "Across: how sure the model is; up: how often it is right then. On the line its "
            "probabilities can be taken at their word; below it is too sure, above not sure "
            f"enough. Expected calibration error: {found['expected_calibration_error']:.3f}."
        ),
        against_diagonal("Accuracy by probability", points, ("probability said", "right")),
        table(["probability said", "reviews", "mean probability", "right"], rows),
    )


def _mistakes(result: dict[str, Any]) -> str:
    if not result["worst_mistakes"]:
        return section("Worst mistakes", note("There are none."))
    rows = [
        (mistake["text"], mistake["is"], mistake["said"], f"{mistake['probability']:.3f}")
        for mistake in result["worst_mistakes"]
    ]
    return section(
        "Worst mistakes",
        note("Wrong, and most sure of it. In some the rating may be the mistake."),
        table(["review", "is", "said", "probability"], rows),
    )
