"""The training jobs of a run that tunes, for a terminal and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from reviews.cli import tables
from reviews.cli.progress import clock
from reviews.client.environment import Environment
from reviews.client.runs.progress import StepView
from reviews.client.runs.tunings import TunedJob, TuningJob


@dataclass(frozen=True, kw_only=True)
class Report:
    """A tuning job, and the estimated costs of all its training jobs: USD, `free` or `unknown`."""

    job: TuningJob
    cost: float | str


def read(environment: Environment, steps: Sequence[StepView]) -> Report | None:
    """A report of the run's tuning job; None for a run that does not tune."""
    name = next((view.step.job for view in steps if view.step.tunes), "")
    if not name:
        return None
    job = environment.runs.tuning(name)
    if not environment.is_on_aws:
        return Report(job=job, cost="free")
    usd = environment.runs.cost_of_tuning(job)
    return Report(job=job, cost="unknown" if usd is None else usd)


def document(report: Report | None) -> dict[str, Any]:
    """What `status --json` adds for a run that tunes."""
    if report is None:
        return {}
    usd = report.cost if isinstance(report.cost, float) else None
    return {"tuning": {**report.job.document(), "usd": usd}}


def show(console: Console, report: Report) -> None:
    job, cost = report.job, report.cost
    usd = f"{cost:.2f} USD" if isinstance(cost, float) else cost
    console.print(
        f"\n{job.name}: {job.strategy}, {len(job.jobs)} of {job.max_jobs} training jobs started, "
        f"{job.status}; costs of these jobs: {usd}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    tuned = list(dict.fromkeys(name for one in job.jobs for name in one.values))
    numbers = (*tuned, "macro-F1", "time")
    table = tables.of_texts("training job", *numbers, "status", numbers=numbers)
    for one in job.jobs:
        values = (one.values.get(name, "") for name in tuned)
        tables.add(table, one.name, *values, _score(one), _time(one), _status(job, one))
    console.print(table)


def _score(one: TunedJob) -> str:
    return "" if one.macro_f1 is None else f"{one.macro_f1:.4f}"


def _time(one: TunedJob) -> str:
    return clock(((one.ended or datetime.now(UTC)) - one.began).total_seconds())


def _status(job: TuningJob, one: TunedJob) -> str:
    if one == job.best:
        return f"{one.status}, the best"
    return f"{one.status}: {one.reason}" if one.reason else one.status


def chosen(run: dict[str, Any]) -> str:
    """The hyperparameters that a run has found, in a sentence; empty for other runs."""
    search = run.get("tuning", {})
    if "best_job" not in search:
        return ""
    values = ", ".join(f"{name} {run['training'][name]}" for name in search["over"])
    return (
        f"Tuned: {values}, by {search['best_job']} (macro-F1 on the validation split "
        f"{search['best_value']:.4f})"
    )
