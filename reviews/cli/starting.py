"""Starts a run with a file of reviews: what `run` and `tune` have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from contract.steps import StartAt
from reviews.cli.answers import Answer
from reviews.cli.following import followed
from reviews.cli.options import refuse
from reviews.cli.output import message, note, reading
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files.sources import local_file
from reviews.client.runs import execution, run_input
from reviews.client.shell import reviews_command

Document = dict[str, Any]
Reviews = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A file of reviews: CSV, JSON Lines or Parquet; or s3://bucket/key."
    ),
]
Fields = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE, such as training.epochs=3.")
]
RunName = Annotated[
    str, typer.Option("--name", help="The name of the run; default: one with the time.")
]
NoReuse = Annotated[
    bool, typer.Option("--no-reuse", help="Repeat steps that an earlier run has done.")
]
DetectColumns = Annotated[
    bool, typer.Option("--detect-columns", help="Use the columns of a known export.")
]


def document_of(fields: list[str] | None, *, no_reuse: bool) -> Document:
    """The execution's input from the options. Raises InvalidArgument."""
    document = run_input.parse_fields(fields or [])
    if not no_reuse:
        return document
    starts_at_evaluation = document.get("start_at") == StartAt.EVALUATION.value
    refuse({"--no-reuse": starts_at_evaluation}, "a run that starts at evaluation reuses nothing")
    return document | {"reuse": False}


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """What a command was asked to start: the file or the URI of the reviews, if any, and the
    execution's input without them."""

    reviews: str
    name: str
    document: Document
    detect_columns: bool


def start(
    request: StartRequest,
    env: str,
    *,
    wait: bool,
    complete: Callable[[Environment, Document], Document] = lambda _, document: document,
) -> Answer:
    """Checks what was asked for, uploads the file and starts the run.

    `complete` makes the input from what the options say, before anything is uploaded. Raises
    InvalidArgument.
    """
    execution.check_name(request.name)
    document, file = dict(request.document), request.reviews
    if request.detect_columns and not file:
        raise InvalidArgument("--detect-columns: only with FILE")
    run_input.check_start(document, file or None)
    environment = Environment(env)
    document = complete(environment, document)
    if file:
        with local_file(file, environment) as local, reading(local) as progress:
            document = run_input.with_reviews(
                environment,
                local,
                document,
                detect_columns=request.detect_columns,
                tell=note,
                progress=progress,
            )
    arn = environment.runs.start(document, request.name)
    started = arn.rpartition(":")[2]
    if wait:
        return followed(environment, arn)
    again = reviews_command("status", started, wait=True, env=env)
    return Answer(
        document={"run": started, "arn": arn, "input": document},
        show=message(f"Started {started}. Follow it: {again}"),
    )
