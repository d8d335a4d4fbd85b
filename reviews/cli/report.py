"""Tables and sentences for a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from contract.metrics import ACCURACY, MACRO_F1, METRICS
from reviews.cli import tables
from reviews.cli.progress import clock
from reviews.client.endpoint.invocation import Prediction
from reviews.client.features import queries
from reviews.client.runs.execution import Execution
from reviews.client.runs.progress import StepView

_NAMED = (ACCURACY.name, MACRO_F1.name)  # with what they are compared with
EVALUATION_FIELDS = (*_NAMED, "majority_accuracy", "macro_f1_interval", "rows", "per_class")


def evaluation(console: Console, results: dict[str, Any]) -> None:
    """Prints evaluation.json: its metrics, and a row per class.

    `results` must have EVALUATION_FIELDS; an earlier run may have no other metrics.
    """
    low, high = results["macro_f1_interval"]
    others = "".join(
        f", {title} [bold]{results[name]:.3f}[/]"
        for name, title in METRICS
        if name in results and name not in _NAMED
    )
    console.print(
        f"Test accuracy [bold]{results['accuracy']:.3f}[/] "
        f"(always the most frequent class: {results['majority_accuracy']:.3f}), "
        f"macro-F1 [bold]{results['macro_f1']:.3f}[/] "
        f"(interval {low:.3f} to {high:.3f}){others}, "
        f"on {results['rows']} reviews never trained on",
        highlight=False,
    )
    numbers = ("precision", "recall", "F1", "reviews")
    table = tables.of_texts("class", *numbers, numbers=numbers)
    for label, row in results["per_class"].items():
        values = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        tables.add(table, label, *values, row["support"])
    console.print(table)


def predictions(console: Console, answers: Sequence[Prediction]) -> None:
    table = tables.of_texts("text", "label", "probability", numbers=["probability"])
    for answer in answers:
        tables.add(table, answer.text, answer.label, f"{answer.probability:.3f}")
    console.print(table)


def rows(console: Console, result: queries.Table) -> None:
    table = tables.of_texts(*result.columns)
    for row in result.rows:
        tables.add(table, *row)
    console.print(table)


def status_document(found: Execution, steps: Sequence[StepView]) -> dict[str, Any]:
    """The document of `reviews status --json`."""
    return {
        "run": found.name,
        "arn": found.arn,
        "status": found.status,
        "started": found.started,
        "ended": found.ended,
        "error": found.error,
        "cause": found.cause,
        "steps": [_step_document(view) for view in steps],
    }


def _step_document(view: StepView) -> dict[str, Any]:
    step = view.step
    return {
        "step": step.key,
        "state": step.state,
        "began": step.began,
        "ended": step.ended,
        "job": step.job,
        "reused_from": step.source,
        "progress": view.live.fraction,
        "values": view.live.values,
    }


def status(console: Console, found: Execution, steps: Sequence[StepView]) -> None:
    """Prints the execution's status and a row per step."""
    console.print(f"{found.name}: [bold]{found.status}[/], started {found.started:%Y-%m-%d %H:%M}")
    job = "job, and its newest values"
    table = tables.of_texts("step", "state", "time", job, whole=["step", "state", "time"])
    for view in steps:
        step = view.step
        time = clock(view.seconds(datetime.now(UTC))) if step.began else ""
        # The name of the job is alone on its line, so that it can be copied.
        tables.add(table, step.title, step.state, time, f"{step.job}\n{view.text}".strip())
    console.print(table)
    if found.error:
        failure = f"error: {found.error}\ncause: {found.cause}"
        console.print(failure, markup=False, highlight=False, soft_wrap=True)
