"""What `reviews score` says: what it may cost, how far it is, what it has cost."""

from pathlib import Path
from typing import Any

from contract.steps import JobKind
from reviews.cli import progress
from reviews.cli.output import note, notes
from reviews.cli.progress import clock
from reviews.cli.waiting import goes_on
from reviews.client.cost.run_costs import Cost
from reviews.client.environment import Environment
from reviews.client.errors import ExecutionFailed
from reviews.client.scoring.document import Document
from reviews.client.scoring.scorings import Counted
from reviews.client.scoring.transform_jobs import hourly_usd
from reviews.client.shell import reviews_command

_LOGS = JobKind.TRANSFORM.log_group
_CENT = 0.01


def estimate(environment: Environment, counted: Counted) -> str:
    """What the scoring may cost, by the speed of the scoring before."""
    settings = environment.settings
    count, kind = settings.scoring.instance_count, settings.scoring.instance_type
    price = hourly_usd(settings, kind)
    limit = f"At most {count} x {kind}, {_usd(price)} an hour each; "
    rate = environment.scorings.texts_a_second()
    if rate is None:
        return f"{limit}how long it takes is not known before the first scoring here"
    seconds = counted.texts / rate
    cost = None if price is None else price * seconds / 3600
    return (
        f"{limit}at the speed of the last scorings ({rate:,.3g} texts a second on each) "
        f"about {clock(seconds / count)} after its start, {_usd(cost)}"
    )


def commands(name: str, file: str, target: Path, environment: str) -> str:
    """How to come back to a scoring that goes on, and how to end it."""
    fetch = reviews_command("score", file, out=str(target), resume=name, env=environment)
    end = reviews_command("score", stop=name, env=environment)
    return f"{name} goes on. Fetch its answers: {fetch}\nEnd it: {end}"


def follow(environment: Environment, document: Document, again: str) -> str:
    """Shows the execution until it ends; the name of its transform job.

    Raises ExecutionFailed, or Interrupted.
    """
    watcher = environment.scorings.watch(document)
    with goes_on(again):
        found = progress.watch(watcher, progress.choose_view(notes))
    try:
        return str(found.result()["job"])
    except ExecutionFailed:
        if watcher.job:
            note(f"Its log: {_log_command(environment, watcher.job)}")
        raise


def _log_command(environment: Environment, job: str) -> str:
    words = ["logs", "filter-log-events", "--log-group-name", _LOGS]
    words += ["--log-stream-name-prefix", f"{job}/"]
    return environment.aws_command(*words, "--query", "events[].message", "--output", "text")


def without_text(counts: dict[str, int]) -> str:
    count = counts["without_text"]
    return f"; rows without a text, and so without a prediction: {count:,}" if count else ""


def billed(found: Cost) -> str:
    return (
        f"Billed: {found.seconds:,.0f} s on {found.instances} x {found.instance_type}, "
        f"{_usd(found.usd)}"
    )


def billed_document(found: Cost) -> dict[str, Any]:
    return {
        "billed_seconds": found.instance_seconds,
        "instances": found.instances,
        "instance_type": found.instance_type,
        "usd": found.usd,
    }


def _usd(amount: float | None) -> str:
    if amount is None:
        return "at a price that is not known"
    return f"USD {amount:,.2f}" if amount >= _CENT else "less than a cent"
