"""Starts a run with a file of reviews: what `run` and `tune` have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from reviews.cli.following import followed
from reviews.cli.output import Answer, message, note, reading
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution, run_input
from reviews.client.shell import reviews_command

_S3 = "s3://"
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
    return document | ({"reuse": False} if no_reuse else {})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a command was asked to start: the file or the URI of the reviews, if any, and the
    execution's input without them."""

    reviews: str
    name: str
    document: Document
    detect_columns: bool


def start(
    wish: Wish,
    env: str,
    *,
    wait: bool,
    complete: Callable[[Environment, Document], Document] = lambda _, document: document,
) -> Answer:
    """Checks the wish, uploads the file and starts the run.

    `complete` makes the input from what the options say, before anything is uploaded. Raises
    InvalidArgument.
    """
    execution.check_name(wish.name)
    document, file = dict(wish.document), Path(wish.reviews) if wish.reviews else None
    if wish.reviews.startswith(_S3):
        if "reviews" in document:
            raise InvalidArgument(f"Give either {wish.reviews} or --set reviews=…")
        document["reviews"], file = wish.reviews, None
    if wish.detect_columns and file is None:
        raise InvalidArgument("--detect-columns: needs a file of reviews")
    run_input.check_start(document, file)
    environment = Environment(env)
    document = complete(environment, document)
    if file is not None:
        with reading(file) as progress:
            document = run_input.with_reviews(
                environment,
                file,
                document,
                detect_columns=wish.detect_columns,
                tell=note,
                progress=progress,
            )
    arn = environment.runs.start(document, wish.name)
    started = arn.rpartition(":")[2]
    if wait:
        return followed(environment, arn)
    again = reviews_command("status", started, wait=True, env=env)
    return Answer(
        document={"run": started, "arn": arn, "input": document},
        show=message(f"Started {started}. Follow it: {again}"),
    )
