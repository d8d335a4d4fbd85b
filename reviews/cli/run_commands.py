"""The commands that start a run, watch it and steer it."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from reviews.cli import report
from reviews.cli.following import NEW_RUN, follow
from reviews.cli.options import Env, NamedRun, Run, Wait, Yes
from reviews.cli.output import Answer, AsJson, answers, confirm, message, note
from reviews.client import approval, execution, jobs, run_input
from reviews.client.aws import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.execution import Execution
from reviews.client.progress import Watcher
from reviews.client.runs import Runs

Settings = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE, such as training.epochs=3.")
]


@answers
def run(
    reviews: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A file of reviews: CSV, JSON Lines or Parquet."),
    ] = None,
    env: Env = "local",
    name: Annotated[str, typer.Option(help="A name of your own for the run.")] = "",
    settings: Settings = None,
    detect_columns: Annotated[
        bool,
        typer.Option("--detect-columns", help="Take the columns of an export that is known."),
    ] = False,
    wait: Wait = False,
) -> Answer:
    """Check a file of reviews, upload it and start a run with it.

    Without a file it begins with what an earlier run made: --set from_run=NAME
    --set start_at=training for its features, start_at=evaluation for its model.
    """
    execution.check_name(name)
    document = run_input.parse_settings(settings or [])
    if detect_columns and reviews is None:
        raise InvalidArgument("--detect-columns: give the file whose columns are meant")
    run_input.check_start(document, reviews)
    here = Environment(env)
    if reviews is not None:
        document = run_input.with_reviews(here, reviews, document, detect_columns=detect_columns)
    arn = execution.start(
        here.client("stepfunctions"),
        here.outputs.state_machine_arn,
        name or execution.default_name(),
        document,
    )
    begun = arn.rpartition(":")[2]
    if wait:
        return _followed(here, arn)
    again = f"reviews status {shlex.quote(begun)} --wait --env {env}"
    return Answer(
        document={"run": begun, "arn": arn, "input": document},
        show=message(f"Started {begun}. Follow it: {again}"),
    )


@answers
def status(run: Run = "", env: Env = "local", wait: Wait = False) -> Answer:
    """Show the steps of a run, with their jobs and how far they are."""
    here = Environment(env)
    states = here.client("stepfunctions")
    found = _find(here, run)
    if wait:
        return _followed(here, found.arn)
    latest, steps = Watcher(states, here.client("logs"), found.arn).look()
    return Answer(
        document=report.status_document(latest, steps),
        show=lambda console: report.status(console, latest, steps),
    )


@answers
def stop(run: Run = "", env: Env = "local", yes: Yes = False, as_json: AsJson = False) -> Answer:
    """End a run that goes on, and the job that it waits for; `redrive` takes it up again.

    Without a name it is the latest, and is asked for if it goes on: it may be somebody else's.
    """
    here = Environment(env)
    found = _find(here, run)
    if not (run or yes or found.finished):
        confirm(f"Stop the latest run, {_described(found)}?", as_json=as_json)
    execution.stop(here.client("stepfunctions"), found)
    stopped = _stop_jobs(here, found)
    again = f"Take it up again: reviews redrive {shlex.quote(found.name)} --env {env}"
    also = f", and so is {', '.join(stopped)}" if stopped else ""
    return Answer(
        document={"run": found.name, "stopped_jobs": stopped},
        show=message(f"{found.name} is stopped{also}. {again}"),
    )


def _stop_jobs(here: Environment, found: Execution) -> list[str]:
    """The execution only waits for its job, which would go on, and cost money."""
    identity = Runs(here).named(found.name).id
    if not identity:
        return []
    sagemaker = here.client("sagemaker")
    running = jobs.find(sagemaker, here.settings.name, run=identity, running=True)
    for job in running:
        jobs.stop(sagemaker, job)
    return [job.name for job in running]


@answers
def redrive(run: Run = "", env: Env = "local", wait: Wait = False) -> Answer:
    """Let a run that failed go on with the step that failed."""
    here = Environment(env)
    found = _find(here, run)
    if not run:
        note(f"The latest run: {_described(found)}")
    if NEW_RUN in found.cause:
        note(f"{found.name} failed with: {found.cause}")
    execution.redrive(here.client("stepfunctions"), found)
    if wait:
        return _followed(here, found.arn)
    return Answer(
        document={"run": found.name, "arn": found.arn}, show=message(f"{found.name} goes on")
    )


@answers
def approve(
    run: NamedRun,
    env: Env = "local",
    reject: Annotated[bool, typer.Option("--reject", help="It shall not go live.")] = False,
    comment: Annotated[str, typer.Option(help="Is kept with the model.")] = "",
) -> Answer:
    """Say whether a model that waits for approval may go live."""
    here = Environment(env)
    who = here.client("sts").get_caller_identity()["Arn"]
    approval.answer(
        here.client,
        here.outputs.artefact_bucket,
        run,
        approved=not reject,
        comment=comment,
        who=who,
    )
    verb = "rejected" if reject else "approved"
    return Answer(
        document={"run": run, "answer": verb, "comment": comment, "by": who},
        show=message(f"{run}: {verb}"),
    )


def _described(found: Execution) -> str:
    return f"{found.name} ({found.status}, started {found.started:%Y-%m-%d %H:%M %Z})"


def _find(here: Environment, name: str) -> Execution:
    states = here.client("stepfunctions")
    return execution.find(states, here.outputs.state_machine_arn, name)


def _followed(here: Environment, arn: str) -> Answer:
    result = follow(here, arn)
    kept = {name: result[name] for name in ("evaluation", "model_package", "endpoint")}
    return Answer(
        document={"run": arn.rpartition(":")[2], "arn": arn, **kept},
        show=lambda console: report.evaluation(console, result["evaluation"]),
    )
