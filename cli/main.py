"""`reviews`: runs the deployed pipeline, watches it, and asks what it made.

Works against AWS and the embedded AWS alike; AWS_ENDPOINT_URL and the SDK's other settings
decide which. For the embedded AWS: python -m localcloud exec -- reviews status
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli import (
    approval,
    cost_command,
    endpoint,
    endpoint_commands,
    execution,
    features,
    progress,
    report,
    storage,
)
from cli.aws import Environment
from cli.commands import Env, Name, plain_errors
from cli.endpoint_memory import Memory
from cli.errors import EndpointMissing

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run the deployed pipeline, watch it, and ask what it made.",
)
app.add_typer(endpoint_commands.app, name="endpoint")
app.command()(cost_command.cost)
console = Console()


@app.command()
@plain_errors
def run(
    reviews: Annotated[Path | None, typer.Argument(help="A CSV of reviews.")] = None,
    env: Env = "local",
    name: Annotated[str, typer.Option(help="A name of your own for the execution.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE, such as training.epochs=3.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show the progress to the end.")] = False,
) -> None:
    """Upload a CSV and start an execution with it.

    Without a CSV: --set start_at=training --set from_run=NAME trains on the features of an earlier
    run; start_at=evaluation brings its model to the gate and behind the endpoint.
    """
    document = execution.parse_settings(settings or [])
    here = Environment(env)
    if reviews is not None:
        uri = storage.upload_reviews(here.client("s3"), reviews, here.outputs.data_bucket)
        document = {"reviews": uri, **document}
    arn = execution.start(
        here.client("stepfunctions"),
        here.outputs.state_machine_arn,
        name or execution.default_name(),
        document,
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
def redrive(
    env: Env = "local",
    name: Name = "",
    wait: Annotated[bool, typer.Option("--wait", help="Show the progress to the end.")] = False,
) -> None:
    """Let a failed execution go on with the step that failed."""
    here = Environment(env)
    states = here.client("stepfunctions")
    found = execution.find(states, here.outputs.state_machine_arn, name)
    execution.redrive(states, found)
    console.print(f"{found.name} goes on", highlight=False)
    if wait:
        report.evaluation(console, follow(here, found.arn)["evaluation"])


@app.command()
@plain_errors
def approve(
    run_name: Annotated[str, typer.Argument(metavar="RUN", help="The run whose model waits.")],
    env: Env = "local",
    reject: Annotated[bool, typer.Option("--reject", help="It shall not go live.")] = False,
    comment: Annotated[str, typer.Option(help="Is kept with the model.")] = "",
) -> None:
    """Say whether a model that waits for approval may go live."""
    here = Environment(env)
    who = here.client("sts").get_caller_identity()["Arn"]
    approval.answer(
        here.client,
        here.outputs.artefact_bucket,
        run_name,
        approved=not reject,
        comment=comment,
        who=who,
    )
    console.print(f"{run_name}: {'rejected' if reject else 'approved'}", highlight=False)


@app.command()
@plain_errors
def predict(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Reviews to classify.")],
    env: Env = "local",
) -> None:
    """Ask the live endpoint."""
    here = Environment(env)
    name = here.outputs.endpoint_name
    try:
        answers = endpoint.predict(here.client("sagemaker-runtime"), name, texts)
    except EndpointMissing as error:
        if Memory(here).read() is None:
            raise
        again = f"reviews endpoint start --env {env}"
        raise EndpointMissing(f"{name} is stopped. Start it: {again}") from error
    report.predictions(console, answers)


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
