"""`reviews predict`: some texts, or a file of reviews."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import track

from infra.settings import Columns
from ml_code.reading.classes import parse
from ml_code.reading.ratings import RatingLookup
from ml_code.reading.text import review_text
from reviews.cli import report
from reviews.cli.options import Env
from reviews.cli.output import Answer, answers, message, note, notes
from reviews.client import endpoint, predictions
from reviews.client.aws import Environment
from reviews.client.endpoint_memory import Memory
from reviews.client.errors import EndpointMissing, InvalidArgument
from reviews.client.files import check_target, replacing
from reviews.client.predictions import Predicted, distinct
from reviews.client.review_files import ReviewFile, check_file
from reviews.client.serving_run import serving_columns


@answers
def predict(
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Reviews to classify.")
    ] = None,
    env: Env = "local",
    file: Annotated[Path | None, typer.Option(help="A file of reviews instead of texts.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the CSV with the answers goes; default: stdout.")
    ] = None,
    column: Annotated[
        str,
        typer.Option(
            help="The column of the texts; default: title and text of the run that serves."
        ),
    ] = "",
) -> Answer:
    """Ask the live endpoint; the rows of a file come back with the predictions behind them."""
    if bool(texts) == bool(file):
        raise InvalidArgument("Give either texts, or a file: reviews predict --file reviews.csv")
    here = Environment(env)
    try:
        return _of_file(here, file, out, column) if file else _of_texts(here, texts or [])
    except EndpointMissing as error:
        if Memory(here).read() is None:
            raise
        again = f"reviews endpoint start --env {env}"
        name = here.outputs.endpoint_name
        raise EndpointMissing(f"{name} is stopped. Start it: {again}") from error


def _of_texts(here: Environment, texts: list[str]) -> Answer:
    for number, text in enumerate(texts, start=1):
        if not review_text("", text):
            raise InvalidArgument(f"text {number} is empty: {text!r}")
        if _is_broken(text):
            raise InvalidArgument(f"text {number} is not UTF-8: {text!r}")
    runtime = here.client("sagemaker-runtime")
    found = endpoint.predict(runtime, here.outputs.endpoint_name, texts)
    return Answer(
        document=[asdict(prediction) for prediction in found],
        show=lambda console: report.predictions(console, found),
    )


def _is_broken(text: str) -> bool:
    """Bytes that are not UTF-8 come as lone surrogates from a shell (PEP 383)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _of_file(here: Environment, file: Path, out: Path | None, column: str) -> Answer:
    check_file(file)
    if out is not None:
        check_target(out, source=file)
    columns = Columns(text=column, title="") if column else serving_columns(here)
    is_rating = RatingLookup(parse(here.settings.labels.argument).ratings).is_rating
    reviews = ReviewFile(file, columns, is_rating)
    header = [*reviews.header, *predictions.free_names(reviews.header)]
    runtime, name = here.client("sagemaker-runtime"), here.outputs.endpoint_name
    found = track(
        predictions.predict(runtime, name, reviews),
        "Asking the endpoint",
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
    """The CSV; how many rows have a prediction and how many, having no text, have none."""
    rows, counts = csv.writer(target, lineterminator="\n"), {"predicted": 0, "without_text": 0}
    rows.writerow(header)
    for predicted in found:
        rows.writerow(predicted.row)
        counts["predicted" if predicted.prediction else "without_text"] += 1
    if counts["without_text"]:
        note(f"Rows without a text, and so without a prediction: {counts['without_text']}")
    return counts
