"""The commands that start, follow, stop, redrive and approve a run."""

from pathlib import Path
from typing import Annotated

import typer

from contract.advice import NEW_RUN
from reviews.cli import run_views
from reviews.cli.following import followed
from reviews.cli.options import Env, NamedRun, Run, Wait, Yes
from reviews.cli.output import Answer, AsJson, confirm, message, note, reading, with_json_option
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution, run_input
from reviews.client.runs.execution import Execution
from reviews.client.shell import reviews_command

Fields = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE, such as training.epochs=3.")
]
RunName = Annotated[str, typer.Option(help="The name of the run; default: one with the time.")]
NoReuse = Annotated[
    bool, typer.Option("--no-reuse", help="Repeat steps that an earlier run has done.")
]


@with_json_option
def run(
    reviews: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A file of reviews: CSV, JSON Lines or Parquet."),
    ] = None,
    env: Env = "local",
    name: RunName = "",
    fields: Fields = None,
    detect_columns: Annotated[
        bool,
        typer.Option("--detect-columns", help="Use the columns of a known export."),
    ] = False,
    no_reuse: NoReuse = False,
    wait: Wait = False,
) -> Answer:
    """Check a file of reviews, upload it and start a run with it.

    Without a file it continues from an earlier run: --set from_run=NAME
    --set start_at=training with its features, start_at=evaluation with its model.
    """
    execution.check_name(name)
    document = run_input.parse_fields(fields or [])
    if no_reuse:
        document["reuse"] = False
    if detect_columns and reviews is None:
        raise InvalidArgument("--detect-columns: needs a file of reviews")
    run_input.check_start(document, reviews)
    environment = Environment(env)
    if reviews is not None:
        with reading(reviews) as progress:
            document = run_input.with_reviews(
                environment,
                reviews,
                document,
                detect_columns=detect_columns,
                tell=note,
                progress=progress,
            )
    arn = environment.runs.start(document, name)
    started = arn.rpartition(":")[2]
    if wait:
        return followed(environment, arn)
    again = reviews_command("status", started, wait=True, env=env)
    return Answer(
        document={"run": started, "arn": arn, "input": document},
        show=message(f"Started {started}. Follow it: {again}"),
    )


@with_json_option
def status(run: Run = "", env: Env = "local", wait: Wait = False) -> Answer:
    """Show the steps of a run, with their jobs and their progress."""
    environment = Environment(env)
    found = environment.runs.find(run)
    if wait:
        return followed(environment, found.arn)
    latest, steps = environment.runs.watch(found.arn).poll()
    return Answer(
        document=run_views.status_document(latest, steps),
        show=lambda console: run_views.status(console, latest, steps),
    )


@with_json_option
def stop(run: Run = "", env: Env = "local", yes: Yes = False, as_json: AsJson = False) -> Answer:
    """Stop a run, and the job that it waits for; `redrive` continues it.

    Without a name it is the latest run. It asks before it stops that, which may be another user's.
    """
    environment = Environment(env)
    found = environment.runs.find(run)
    if not (run or yes or found.finished):
        confirm(f"Stop the latest run, {_described(found)}?", as_json=as_json)
    stopped = environment.runs.stop(found)
    again = reviews_command("redrive", found.name, env=env)
    also = f", and so is {', '.join(stopped)}" if stopped else ""
    return Answer(
        document={"run": found.name, "stopped_jobs": stopped},
        show=message(f"{found.name} is stopped{also}. Continue it: {again}"),
    )


@with_json_option
def redrive(run: Run = "", env: Env = "local", wait: Wait = False) -> Answer:
    """Continue a run that failed with the step that failed."""
    environment = Environment(env)
    found = environment.runs.find(run)
    if not run:
        note(f"The latest run: {_described(found)}")
    if NEW_RUN in found.cause:
        note(f"{found.name} failed with: {found.cause}")
    environment.runs.redrive(found)
    if wait:
        return followed(environment, found.arn)
    return Answer(
        document={"run": found.name, "arn": found.arn}, show=message(f"{found.name} continues")
    )


@with_json_option
def approve(
    run: NamedRun,
    env: Env = "local",
    reject: Annotated[bool, typer.Option("--reject", help="Reject the model.")] = False,
    comment: Annotated[str, typer.Option(help="A reason, which is stored with the model.")] = "",
) -> Answer:
    """Approve or reject a model that waits for approval."""
    who = Environment(env).runs.approve(run, approved=not reject, comment=comment)
    verb = "rejected" if reject else "approved"
    return Answer(
        document={"run": run, "answer": verb, "comment": comment, "by": who},
        show=message(f"{run}: {verb}"),
    )


def _described(found: Execution) -> str:
    return f"{found.name} ({found.status}, started {found.started:%Y-%m-%d %H:%M %Z})"
