"""Tables of runs: a list, and two runs side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from contract.metrics import GATED
from reviews.cli import tables
from reviews.cli.progress import clock
from reviews.client.runs.comparison import Comparison
from reviews.client.runs.run import Run

_NOTHING = "-"


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
