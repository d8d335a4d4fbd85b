"""`reviews query` and `reviews features`: the offline feature store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contract.features import SPLITS
from reviews.cli import feature_views
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env
from reviews.cli.output import message, notes
from reviews.client.environment import Environment


@with_json_option
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
        show=lambda console: feature_views.rows(console, found),
    )


@with_json_option
def features_command(
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, .csv or .parquet.")
    ],
    env: Env = "local",
    at: Annotated[
        datetime | None, typer.Option(help="As of this event time (UTC); default: now.")
    ] = None,
    split: Annotated[str, typer.Option(help=f"{', '.join(SPLITS)}; default: all of them.")] = "",
) -> Answer:
    """Write the features of each review to a file, as they are now or were at an event time."""
    moment = at.replace(tzinfo=UTC) if at else None
    with notes.status("Querying"):
        rows = Environment(env).features.save(out, at=moment, split=split)
    return Answer(
        document={"out": out, "at": moment, "split": split or None, "rows": rows},
        show=message(f"{rows} reviews in {out}"),
    )
