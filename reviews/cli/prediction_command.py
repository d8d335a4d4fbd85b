"""`reviews predict`: predictions for texts, or for a file of reviews."""

import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from reviews.cli import prediction_views, scored_file
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env, refuse
from reviews.cli.output import message, note, notes
from reviews.client.endpoint import predictions
from reviews.client.endpoint.predictions import Predicted, distinct
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files.csv_rows import CsvRows
from reviews.client.files.review_files import ReviewFile, has_text, open_texts
from reviews.client.files.sources import local_file
from reviews.client.shell import reviews_command


@with_json_option
def predict(
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Reviews to classify.")
    ] = None,
    env: Env = "local",
    file: Annotated[
        str, typer.Option(help="A file of reviews instead of texts: a path, or s3://bucket/key.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Where rows and predictions go, .csv or .jsonl; default: CSV on stdout."),
    ] = None,
    column: Annotated[
        str,
        typer.Option(
            help="The column of the texts; default: title and text as the served model was trained."
        ),
    ] = "",
    start: Annotated[
        bool,
        typer.Option("--start", help="Start the endpoint first if it is stopped, and wait."),
    ] = False,
) -> Answer:
    """Get predictions of the endpoint for texts, or for the rows of a file."""
    if bool(texts) == bool(file):
        from_file = reviews_command("predict", file="FILE", env=env)
        raise InvalidArgument(f"Give either texts, or a file: {from_file}")
    environment = Environment(env)
    if not file:
        refuse({"--out": out, "--column": column}, "only with --file")
        _check_texts(texts or [])
        _wake(environment, start=start)
        return _of_texts(environment, texts or [])
    with local_file(file, environment) as local:
        if out is not None:
            scored_file.check(out, source=local)
        named = open_texts(local, column, environment.settings) if column else None
        _wake(environment, start=start)  # then AWS knows the columns of the model in service
        return _of_file(environment, named or environment.endpoint.open(local), out)


def _wake(environment: Environment, *, start: bool) -> None:
    if start:
        with notes.status("Starting the endpoint if it is stopped"):
            environment.endpoint.wake()


def _check_texts(texts: list[str]) -> None:
    for number, text in enumerate(texts, start=1):
        if not has_text(text):
            raise InvalidArgument(f"text {number} is empty: {text!r}")
        if _is_broken(text):
            raise InvalidArgument(f"text {number} is not UTF-8: {text!r}")


def _of_texts(environment: Environment, texts: list[str]) -> Answer:
    found = environment.endpoint.predict(texts)
    return Answer(
        document=[asdict(prediction) for prediction in found],
        show=lambda console: prediction_views.predictions(console, found),
    )


def _is_broken(text: str) -> bool:
    """Bytes that are not UTF-8 come as lone surrogates from a shell (PEP 383)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _of_file(environment: Environment, reviews: ReviewFile, out: Path | None) -> Answer:
    found = track(
        environment.endpoint.predict_file(reviews),
        "Predicting",
        total=reviews.count(),
        console=notes,
        transient=True,
    )
    if out is None:
        return _as_text([*reviews.header, *predictions.free_names(reviews.header)], found)
    counts = scored_file.write(out, reviews.header, found)
    _note_without_text(counts["without_text"])
    return Answer(
        document={"out": out, **counts},
        show=message(f"{counts['predicted']} predictions in {out}"),
    )


def _as_text(header: list[str], found: Iterable[Predicted]) -> Answer:
    rows, text = list(found), io.StringIO()
    table = CsvRows(text)
    table.add(header)
    for one in rows:
        table.add(one.row)
    _note_without_text(sum(one.prediction is None for one in rows))
    return Answer(
        document=[dict(zip(distinct(header), predicted.row, strict=True)) for predicted in rows],
        show=lambda _: typer.echo(text.getvalue(), nl=False),
    )


def _note_without_text(count: int) -> None:
    if count:
        note(f"Rows without a text, which get no prediction: {count}")
