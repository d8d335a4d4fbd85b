"""`reviews`: runs the deployed pipeline, watches it, and asks what it made.

Works against AWS and the embedded AWS alike; AWS_ENDPOINT_URL and the SDK's other settings
decide which. For the embedded AWS: python -m localcloud exec -- reviews status
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli import endpoint, execution, features, progress, report, storage
from cli.aws import Environment
from cli.errors import CliError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run the deployed pipeline, watch it, and ask what it made.",
)
console = Console()

P = ParamSpec("P")
Env = Annotated[str, typer.Option("--env", help="The environment: local, dev, staging or prod.")]
Name = Annotated[str, typer.Option("--name", help="The execution's name; default: the latest.")]


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Shows what a user can put right as one message, and exits with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (CliError, ClientError, BotoCoreError) as error:
            Console(stderr=True).print(
                str(error), style="red", markup=False, highlight=False, soft_wrap=True
            )
            sys.exit(1)

    return run


@app.command()
@plain_errors
def run(
    reviews: Annotated[Path, typer.Argument(help="A CSV of reviews.")],
    env: Env = "local",
    name: Annotated[str, typer.Option(help="A name of your own for the execution.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE, such as training.epochs=3.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show the progress to the end.")] = False,
) -> None:
    """Upload a CSV and start an execution with it."""
    document = execution.parse_settings(settings or [])
    here = Environment(env)
    uri = storage.upload_reviews(here.client("s3"), reviews, here.outputs.data_bucket)
    arn = execution.start(
        here.client("stepfunctions"),
        here.outputs.state_machine_arn,
        name or execution.default_name(),
        {"reviews": uri, **document},
    )
    console.print(f"Started {arn.rpartition(':')[2]}", highlight=False)
    if wait:
        report.evaluation(console, follow(here, arn)["evaluation"])


def follow(here: Environment, arn: str) -> dict[str, Any]:
    """Shows an execution until it ends; its output, or ExecutionFailed."""
    watcher = progress.Watcher(here.client("stepfunctions"), here.client("logs"), arn)
    return progress.watch(watcher, progress.choose_view(console)).result()


@app.command()
@plain_errors
def status(env: Env = "local", name: Name = "") -> None:
    """Show the steps of an execution."""
    here = Environment(env)
    states = here.client("stepfunctions")
    found = execution.find(states, here.outputs.state_machine_arn, name)
    latest, steps = progress.Watcher(states, here.client("logs"), found.arn).look()
    report.status(console, latest, steps)


@app.command()
@plain_errors
def predict(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Reviews to classify.")],
    env: Env = "local",
) -> None:
    """Ask the live endpoint."""
    here = Environment(env)
    runtime = here.client("sagemaker-runtime")
    report.predictions(console, endpoint.predict(runtime, here.outputs.endpoint_name, texts))


@app.command()
@plain_errors
def query(
    sql: Annotated[str, typer.Argument(help="SQL; empty: reviews by split and sentiment.")] = "",
    env: Env = "local",
) -> None:
    """Query the offline feature store with Athena."""
    here = Environment(env)
    statement = sql or features.counts_query(here.outputs.glue_table)
    report.rows(console, features.query(here.client("athena"), here.outputs, statement))


@app.command("report")
@plain_errors
def report_command(env: Env = "local", name: Name = "") -> None:
    """Print the test results of a succeeded execution."""
    here = Environment(env)
    found = execution.find(here.client("stepfunctions"), here.outputs.state_machine_arn, name)
    report.evaluation(console, found.result()["evaluation"])


if __name__ == "__main__":
    app()
