"""`reviews drift`: whether what the endpoint is asked has moved since the training."""

import re
import time
from typing import Annotated

import typer

from contract.drift import MOST_HOURS
from reviews.cli import drift_views
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env, refuse
from reviews.cli.output import message, note, notes
from reviews.cli.waiting import goes_on
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs.execution import Execution
from reviews.client.shell import reviews_command

_POLL_SECONDS = 2.0
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_PERIOD = re.compile(r"(\d+)([hdw])")


@with_json_option
def drift(
    env: Env = "local",
    last: Annotated[
        str,
        typer.Option(
            metavar="PERIOD",
            help="Compare the last hours (24h), days (7d) or weeks (2w) now; default: show the "
            "newest report.",
        ),
    ] = "",
    resume: Annotated[
        str, typer.Option(metavar="NAME", help="Wait for one that was started, and show it.")
    ] = "",
    page: Annotated[bool, typer.Option("--page", help="Print the report's HTML page.")] = False,
) -> Answer:
    """Show whether requests and answers have moved away from the training's reviews.

    Without a report yet, one of the settings' period is made now, unless one is being made.
    """
    if resume:
        refuse({"--last": last}, "not with --resume, which waits for a report that was started")
    hours = _hours(last) if last else None
    environment = Environment(env)
    name = _name(environment, resume, hours)
    report = environment.drift.report(name)
    if page:
        html = environment.drift.page(name)
        return Answer(document={"report": name, "page": html}, show=message(html))
    return Answer(
        document={"report": name, **report.document()},
        show=lambda console: drift_views.show(console, name, report),
    )


def _name(environment: Environment, resume: str, hours: int | None) -> str:
    """The name of the report to show, which is waited for if it is still made."""
    drift = environment.drift
    if resume:
        return _awaited(environment, drift.find(resume))
    if hours is not None:
        return _awaited(environment, drift.start(hours))
    if names := drift.names(1):
        return names[0]
    return _awaited(environment, drift.running() or drift.start())


def _hours(period: str) -> int:
    """Raises InvalidArgument."""
    found = _PERIOD.fullmatch(period)
    hours = int(found[1]) * _HOURS[found[2]] if found else 0
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidArgument(
            f"--last {period}: must be hours, days or weeks, such as 24h, 7d or 2w, and at most "
            f"{MOST_HOURS // 24}d"
        )
    return hours


def _awaited(environment: Environment, arn: str) -> str:
    """Waits for an execution; its report's name. Raises ExecutionFailed, Interrupted."""
    name = arn.rpartition(":")[2]
    note(f"Comparing captured requests with the baseline: {name}")
    again = reviews_command("drift", resume=name, env=environment.name)
    with (
        goes_on(f"{name} goes on. Wait for its report: {again}"),
        notes.status("The job is running"),
    ):
        found = _finished(environment, arn)
    return str(found.result()["report"])


def _finished(environment: Environment, arn: str) -> Execution:
    found = environment.drift.describe(arn)
    while not found.finished:
        time.sleep(_POLL_SECONDS)
        found = environment.drift.describe(arn)
    return found
