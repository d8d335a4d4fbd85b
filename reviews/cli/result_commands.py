"""The commands that show the results of runs."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reviews.cli import run_views, tuning_views
from reviews.cli.answers import Answer, AsJson, with_json_option
from reviews.cli.options import Env, NamedRun, Run
from reviews.cli.run_views import Row
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files.cache import folder
from reviews.client.runs.comparison import compare as compare_runs
from reviews.client.runs.run import Run as FoundRun
from reviews.client.shell import reviews_command

_FREE, _UNKNOWN = "free", "unknown"


@with_json_option
def runs(
    env: Env = "local",
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 20,
) -> Answer:
    """List the runs: data, model, metrics, duration, and the estimated costs of their jobs."""
    environment = Environment(env)
    rows = _rows(environment, environment.runs.latest(limit))
    return Answer(
        document=[row.document() for row in rows],
        show=lambda console: run_views.runs(console, rows),
    )


def _rows(environment: Environment, found: list[FoundRun]) -> list[Row]:
    if not environment.is_on_aws:
        return [Row(run=run, cost=_FREE) for run in found]
    costs = environment.runs.costs(found)
    return [
        Row(run=run, cost=_UNKNOWN if usd is None else usd)
        for run, usd in zip(found, costs, strict=True)
    ]


@with_json_option
def compare(first: NamedRun, second: NamedRun, env: Env = "local") -> Answer:
    """Show the settings in which two runs differ, and their metrics side by side."""
    known = Environment(env).runs
    found = compare_runs(known.named(first), known.named(second))
    return Answer(
        document=found.document(),
        show=lambda console: run_views.comparison(console, found),
    )


@with_json_option
def report_command(
    run: Run = "",
    env: Env = "local",
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the page in a browser.")
    ] = False,
    as_json: AsJson = False,
) -> Answer:
    """Print the test results of a run, download their page, and open it.

    With --json it is not opened.
    """
    environment = Environment(env)
    known = environment.runs
    found = known.named(run)
    if not found.evaluation:
        raise InvalidArgument(f"{found.name} is {found.status} and has no evaluation")
    if missing := [name for name in run_views.EVALUATION_FIELDS if name not in found.evaluation]:
        source = (f"from_run={found.name}", "start_at=evaluation")
        again = reviews_command("run", set=source, env=env)
        raise InvalidArgument(
            f"{found.name}: its evaluation.json has no {', '.join(missing)}. Evaluate it anew: "
            f"{again}"
        )
    page = _save(f"{environment.name}-{found.id}.html", known.page(found))
    if not (no_open or as_json):
        webbrowser.open(page.as_uri())
    return Answer(
        document={
            "run": found.name,
            "page": page,
            "evaluation": found.evaluation,
            **({"tuning": found.document["tuning"]} if found.document.get("tuning") else {}),
        },
        show=lambda console: _show(console, found, page),
    )


def _save(name: str, content: bytes) -> Path:
    page = folder() / "reports" / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(content)
    return page


def _show(console: Console, found: FoundRun, page: Path) -> None:
    run_views.evaluation(console, found.evaluation)
    if tuned := tuning_views.chosen(found.document):
        console.print(tuned, markup=False, highlight=False, soft_wrap=True)
    console.print(f"The page: {page}", markup=False, highlight=False, soft_wrap=True)
