"""The commands that read the offline feature store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contract.features import SPLITS
from reviews.cli import report
from reviews.cli.options import Env
from reviews.cli.output import Answer, answers, message, notes
from reviews.client.environment import Environment


@answers
def query(
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="Default: reviews by split and sentiment.")
    ] = None,
    env: Env = "local",
) -> Answer:
    """Query the offline feature store with Athena."""
    environment = Environment(env)
    found = environment.features.query(environment.features.counts_query if sql is None else sql)
    return Answer(
        document={"columns": found.columns, "rows": found.rows},
        show=lambda console: report.rows(console, found),
    )


@answers
def features_command(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="What to write, .csv or .parquet.")],
    env: Env = "local",
    at: Annotated[
        datetime | None, typer.Option(help="As they were then (event time, UTC); default: now.")
    ] = None,
    split: Annotated[str, typer.Option(help=f"{', '.join(SPLITS)}; default: all of them.")] = "",
) -> Answer:
    """Write the features of each review, as they are or as they were, to a file."""
    moment = at.replace(tzinfo=UTC) if at else None
    with notes.status("Querying"):
        rows = Environment(env).features.save(out, at=moment, split=split)
    return Answer(
        document={"out": out, "at": moment, "split": split or None, "rows": rows},
        show=message(f"{rows} reviews in {out}"),
    )
