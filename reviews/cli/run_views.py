"""What the commands of runs print: the status of a run, its evaluation, runs in a list or side by
side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from contract.metrics import ACCURACY, GATED, MACRO_F1, METRICS
from reviews.cli import tables
from reviews.cli.progress import clock
from reviews.client.runs.comparison import Comparison
from reviews.client.runs.execution import Execution
from reviews.client.runs.progress import StepView
from reviews.client.runs.run import Run

_NOTHING = "-"
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """A run and the estimated costs of its jobs: USD, or `free` or `unknown`."""

    run: Run
    cost: float | str

    def document(self) -> dict[str, Any]:
        run = self.run
        return {
            "run": run.name,
            "status": run.status,
            "started": run.started,
            "ended": run.ended,
            "seconds": round(run.seconds, 1),
            "reviews": run.document.get("reviews"),
            "base_model": run.document.get("base_model"),
            **{name: run.evaluation.get(name) for name, _ in GATED},
            "usd": self.cost if isinstance(self.cost, float) else None,
        }


def runs(console: Console, rows: Sequence[Row]) -> None:
    kept = ("run", "status")  # a run's name is to be copied
    numbers = (*(metric.title for metric in GATED), "time", "USD")
    table = tables.of_texts(*kept, "data", "model", *numbers, numbers=numbers, whole=kept)
    for row in rows:
        run = row.run
        inputs = (_last(run.document.get(name, "")) for name in ("reviews", "base_model"))
        scores = (_score(run.evaluation.get(name)) for name, _ in GATED)
        cost = f"{row.cost:.2f}" if isinstance(row.cost, float) else row.cost
        tables.add(table, run.name, run.status, *inputs, *scores, clock(run.seconds), cost)
    console.print(table)


def comparison(console: Console, found: Comparison) -> None:
    names = [run.name for run in found.runs]
    _pairs(console, ["setting that differs", *names], found.settings, _plain)
    console.print()
    _pairs(console, ["metric", *names], found.metrics, _score)


def _pairs(
    console: Console,
    headings: list[str],
    pairs: Mapping[str, Sequence[Any]],
    form: Callable[[Any], str],
) -> None:
    if not pairs:
        console.print(f"{headings[0]}: none", highlight=False)
        return
    table = tables.of_texts(*headings)
    for name, pair in pairs.items():
        tables.add(table, name, *map(form, pair))
    console.print(table)


def _score(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else _plain(value)


def _plain(value: Any) -> str:
    return _NOTHING if value is None else str(value)


def _last(uri: str) -> str:
    """The last part of an s3:// URI or a name."""
    return uri.rstrip("/").rpartition("/")[2] or _NOTHING
