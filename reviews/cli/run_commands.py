"""The commands that start, follow, stop, redrive and approve a run."""

from typing import Annotated

import typer
from rich.console import Console

from contract.advice import NEW_RUN
from reviews.cli import run_views, starting, tuning_views
from reviews.cli.answers import Answer, AsJson, with_json_option
from reviews.cli.following import followed
from reviews.cli.options import Env, NamedRun, Run, Wait, Yes
from reviews.cli.output import confirm, message, note
from reviews.cli.starting import DetectColumns, Fields, NoReuse, Reviews, RunName
from reviews.client.environment import Environment
from reviews.client.runs.execution import Execution
from reviews.client.shell import reviews_command


@with_json_option
def run(
    reviews: Reviews = "",
    env: Env = "local",
    name: RunName = "",
    fields: Fields = None,
    detect_columns: DetectColumns = False,
    no_reuse: NoReuse = False,
    wait: Wait = False,
) -> Answer:
    """Check a file of reviews, upload it and start a run with it.

    Without a file it continues from an earlier run: --set from_run=NAME
    --set start_at=training with its features, start_at=evaluation with its model.
    """
    document = starting.document_of(fields, no_reuse=no_reuse)
    request = starting.StartRequest(
        reviews=reviews, name=name, document=document, detect_columns=detect_columns
    )
    return starting.start(request, env, wait=wait)


@with_json_option
def status(run: Run = "", env: Env = "local", wait: Wait = False) -> Answer:
    """Show the steps of a run, with their jobs and their progress."""
    environment = Environment(env)
    found = environment.runs.find(run)
    if wait:
        return followed(environment, found.arn)
    latest, steps = environment.runs.watch(found.arn).poll()
    tuning = tuning_views.read(environment, steps)

    def show(console: Console) -> None:
        run_views.status(console, latest, steps)
        if tuning:
            tuning_views.show(console, tuning)

    document = run_views.status_document(latest, steps)
    return Answer(document=document | tuning_views.document(tuning), show=show)


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
def redrive(
    run: Run = "",
    env: Env = "local",
    wait: Wait = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> Answer:
    """Continue a run that failed with the step that failed.

    Without a name it is the latest run. It asks before it continues that, which may be another
    user's, and costs money.
    """
    environment = Environment(env)
    found = environment.runs.find(run)
    if NEW_RUN in found.cause:
        note(f"{found.name} failed with: {found.cause}")
    if not (run or yes) and found.is_redrivable:
        confirm(f"Continue the latest run, {_described(found)}?", as_json=as_json)
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
