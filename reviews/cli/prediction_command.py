"""`reviews predict`: predictions for texts, or for a file of reviews."""

import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import track

from reviews.cli import prediction_views
from reviews.cli.options import Env
from reviews.cli.output import Answer, message, note, notes, with_json_option
from reviews.client.endpoint import predictions
from reviews.client.endpoint.predictions import Predicted, distinct
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files.csv_rows import CsvRows
from reviews.client.files.review_files import check_file, has_text
from reviews.client.files.targets import check_target, replacing


@with_json_option
def predict(
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Reviews to classify.")
    ] = None,
    env: Env = "local",
    file: Annotated[Path | None, typer.Option(help="A file of reviews instead of texts.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The CSV to write, with predictions; default: stdout.")
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
        raise InvalidArgument("Give either texts, or a file: reviews predict --file reviews.csv")
    environment = Environment(env)
    if start:
        with notes.status("Starting the endpoint if it is stopped"):
            environment.endpoint.wake()
    return _of_file(environment, file, out, column) if file else _of_texts(environment, texts or [])


def _of_texts(environment: Environment, texts: list[str]) -> Answer:
    for number, text in enumerate(texts, start=1):
        if not has_text(text):
            raise InvalidArgument(f"text {number} is empty: {text!r}")
        if _is_broken(text):
            raise InvalidArgument(f"text {number} is not UTF-8: {text!r}")
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


def _of_file(environment: Environment, file: Path, out: Path | None, column: str) -> Answer:
    check_file(file)
    if out is not None:
        check_target(out, source=file)
    reviews = environment.endpoint.open(file, text_column=column)
    header = [*reviews.header, *predictions.free_names(reviews.header)]
    found = track(
        environment.endpoint.predict_file(reviews),
        "Predicting",
        total=reviews.count(),
        console=notes,
        transient=True,
    )
    if out is None:
        return _as_text(header, found)
    with replacing(out) as target:
        counts = _write(target, header, found)
    return Answer(
        document={"out": out, **counts},
        show=message(f"{counts['predicted']} predictions in {out}"),
    )


def _as_text(header: list[str], found: Iterable[Predicted]) -> Answer:
    rows, text = list(found), io.StringIO()
    _write(text, header, rows)
    return Answer(
        document=[dict(zip(distinct(header), predicted.row, strict=True)) for predicted in rows],
        show=lambda _: typer.echo(text.getvalue(), nl=False),
    )


def _write(target: IO[str], header: list[str], found: Iterable[Predicted]) -> dict[str, Any]:
    """Writes the CSV; returns how many rows have a prediction, and how many have no text."""
    rows, counts = CsvRows(target), {"predicted": 0, "without_text": 0}
    rows.add(header)
    for predicted in found:
        rows.add(predicted.row)
        counts["predicted" if predicted.prediction else "without_text"] += 1
    if counts["without_text"]:
        note(f"Rows without a text, which get no prediction: {counts['without_text']}")
    return counts
