"""The evaluation as one self-contained HTML page."""

from typing import Any

from profile_page import page


def render(result: dict[str, Any]) -> str:
    """The page of a result that scores.summary made."""
    low, high = result["macro_f1_interval"]
    head = (
        f"<h1>Evaluation</h1><p>{result['rows']} test reviews. Accuracy "
        f"<b>{result['accuracy']:.1%}</b>, macro-F1 <b>{result['macro_f1']:.3f}</b> "
        f"(95% interval {low:.3f} to {high:.3f}); always saying the most frequent class would "
        f"reach {result['majority_accuracy']:.1%}.</p>"
    )
    return page("Evaluation", head + _classes(result) + _confusion(result))


def _classes(result: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{label}</td><td>{score['precision']:.3f}</td><td>{score['recall']:.3f}</td>"
        f"<td>{score['f1']:.3f}</td><td>{score['support']}</td></tr>"
        for label, score in result["per_class"].items()
    )
    return (
        "<h2>Classes</h2><table><tr><th>class</th><th>precision</th><th>recall</th><th>F1</th>"
        f"<th>reviews</th></tr>{rows}</table>"
    )


def _confusion(result: dict[str, Any]) -> str:
    """Each cell is shaded by its share of the true class."""
    head = "".join(f"<th>said {label}</th>" for label in result["labels"])
    rows = []
    for label, counts in zip(result["labels"], result["confusion_matrix"], strict=True):
        total = sum(counts) or 1
        cells = "".join(
            f'<td style="background:rgba(59,111,182,{count / total:.2f})">{count} '
            f"({count / total:.0%})</td>"
            for count in counts
        )
        rows.append(f"<tr><td>is {label}</td>{cells}</tr>")
    return f"<h2>Confusion matrix</h2><table><tr><th></th>{head}</tr>{''.join(rows)}</table>"
