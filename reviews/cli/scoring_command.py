"""`reviews score`: a whole file in batch, without an endpoint."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, track

from reviews.cli import scored_file, scoring_views
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env, refuse
from reviews.cli.output import message, note, notes
from reviews.client.environment import Environment
from reviews.client.errors import AnswersMissing, ExecutionFailed, InvalidArgument
from reviews.client.files.review_files import ReviewFile, open_texts
from reviews.client.files.sources import local_file
from reviews.client.scoring.document import Document
from reviews.client.scoring.scorings import Counted
from reviews.client.shell import reviews_command

_NOT_WITH_STOP = "not with --stop, which ends a scoring"
_NOT_WITH_RESUME = "not with --resume, which fetches the answers of a scoring as it was started"


@with_json_option
def score(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A file of reviews: a path, or s3://bucket/key."),
    ] = "",
    env: Env = "local",
    out: Annotated[
        Path | None,
        typer.Option(help="Where rows and answers go, .csv or .jsonl; default: FILE-scored.csv."),
    ] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="Of the model; default: the newest approved one.")
    ] = None,
    column: Annotated[
        str,
        typer.Option(help="The column of the texts; default: title and text of the model's run."),
    ] = "",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Start it, and fetch the answers later.")
    ] = False,
    resume: Annotated[
        str, typer.Option(metavar="NAME", help="Fetch the answers of one that was started.")
    ] = "",
    stop: Annotated[
        str, typer.Option(metavar="NAME", help="End one that goes on, and its transform job.")
    ] = "",
) -> Answer:
    """Score a file of any size in batch; its rows come back with the predictions behind them.

    The instances exist only while they score, and no endpoint is needed.
    """
    of_start = {"--version": version, "--column": column, "--no-wait": no_wait}
    if stop:
        refuse({"FILE": file, "--out": out, "--resume": resume, **of_start}, _NOT_WITH_STOP)
        return _stop(Environment(env), stop)
    refuse(of_start if resume else {}, _NOT_WITH_RESUME)
    if not file:
        raise _no_file(resume, env)
    environment = Environment(env)
    target = _target(file, out)
    with local_file(file, environment) as local:
        scored_file.check(target, source=local)
        if resume:
            document = _resumed(environment, resume, local)
        else:
            document = _start(environment, local, version, column)
        again = scoring_views.commands(document.name, file, target, environment.name)
        if no_wait:
            return Answer(document={"scoring": document.name}, show=message(again))
        return _finish(environment, document, again, local, target)


def _no_file(resume: str, env: str) -> InvalidArgument:
    again = reviews_command("score", "FILE", resume=resume or (), env=env)
    return InvalidArgument(f"Give the file of reviews: {again}")


def _resumed(environment: Environment, name: str, local: Path) -> Document:
    """Raises InvalidArgument for an unknown one, and for another file."""
    document = environment.scorings.document(name)
    document.check(local)
    return document


def _stop(environment: Environment, name: str) -> Answer:
    stopped = environment.scorings.stop(name)
    also = f", and so is {', '.join(stopped)}" if stopped else ""
    return Answer(
        document={"scoring": name, "stopped_jobs": stopped},
        show=message(f"{name} is stopped{also}."),
    )


def _target(file: str, out: Path | None) -> Path:
    """Raises InvalidArgument for a file that is there, unless it was named."""
    if out is not None:
        return out
    found = Path(f"{Path(file).name.partition('.')[0]}-scored.csv")
    if found.exists():
        raise InvalidArgument(f"{found}: is there already; name a file with --out")
    return found


def _start(environment: Environment, local: Path, number: int | None, column: str) -> Document:
    """Reads the whole file, says what it may cost, uploads it and starts the execution."""
    named = open_texts(local, column, environment.settings) if column else None
    scorings = environment.scorings
    version = scorings.version(number)
    columns = scorings.columns(version, column)
    reviews = named or scorings.open(local, columns)
    counted = _count(local, reviews)
    note(f"{local.name}: {counted.texts:,} of {counted.rows:,} rows have a text")
    note(f"Model: version {version.number} ({version.status}), of run {version.run}")
    note(scoring_views.estimate(environment, counted))
    with _uploading() as bar:
        task = bar.add_task("Uploading", total=counted.texts)
        document = scorings.upload(
            local,
            reviews,
            columns=columns,
            version=version.number,
            counted=counted,
            progress=lambda texts: bar.advance(task, texts),
        )
    scorings.start(document)
    note(f"Scoring: {document.name}; parts: {len(document.parts):,}\n")
    return document


def _count(local: Path, reviews: ReviewFile) -> Counted:
    """Raises InvalidArgument for a row that cannot be read, and for a file without a text."""
    rows = texts = 0
    for review in track(
        reviews, f"Reading {local.name}", total=None, console=notes, transient=True
    ):
        rows += 1
        texts += bool(review.text)
    if not rows:
        raise InvalidArgument(f"{local}: there is a header but no row")
    if not texts:
        raise InvalidArgument(f"{local}: none of its {rows} rows has a text")
    return Counted(rows=rows, texts=texts)


def _uploading() -> Progress:
    return Progress(console=notes, transient=True, disable=not notes.is_terminal)


def _finish(
    environment: Environment, document: Document, again: str, local: Path, target: Path
) -> Answer:
    """Follows it to its end and fetches the answers, also those of a job that has failed."""
    try:
        job = scoring_views.follow(environment, document, again)
    except ExecutionFailed:
        _keep(environment, document, local, target)
        raise
    return _fetch(environment, document, job, local, target)


def _fetch(
    environment: Environment, document: Document, job: str, local: Path, target: Path
) -> Answer:
    """Writes the rows with their answers."""
    header, rows = environment.scorings.join(local, document)
    joined = track(rows, "Joining answers", total=document.rows, console=notes, transient=True)
    counts = scored_file.write(target, header, joined)
    billed = environment.scorings.billed(job)
    return Answer(
        document={
            "scoring": document.name,
            "version": document.version,
            "out": target,
            **counts,
            **scoring_views.billed_document(billed),
        },
        show=message(
            f"{counts['predicted']:,} predictions in {target}"
            f"{scoring_views.without_text(counts)}\n"
            f"{scoring_views.billed(billed)}"
        ),
    )


def _keep(environment: Environment, document: Document, local: Path, target: Path) -> None:
    """Writes the rows with the answers that a job has left which failed for other parts, beside
    the target: what is there may be whole."""
    partial = target.with_name(f"{target.stem}-partial{target.suffix}")
    try:
        header, rows = environment.scorings.join_some(local, document)
        counts = scored_file.write(partial, header, rows)
    except AnswersMissing:
        return
    note(
        f"{counts['predicted']:,} predictions, of the parts that were answered, are in {partial}; "
        f"rows without an answer: {counts.get('without_answer', 0):,}"
    )
