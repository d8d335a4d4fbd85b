"""`reviews feedback`: ratings that arrive after the predictions."""

from dataclasses import asdict
from typing import Annotated

import typer

from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env
from reviews.cli.output import message
from reviews.client.drift import feedback as ratings
from reviews.client.drift.feedback import Uploaded
from reviews.client.environment import Environment
from reviews.client.files.sources import local_file
from reviews.client.shell import reviews_command


@with_json_option
def feedback(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Ratings with texts or keys: a path, or s3://…"),
    ],
    env: Env = "local",
    rating_column: Annotated[
        str, typer.Option(help="Of the ratings; default: that of the run whose model serves.")
    ] = "",
    text_column: Annotated[
        str,
        typer.Option(help="Of the texts as the endpoint got them; default: title and text of it."),
    ] = "",
    key_column: Annotated[
        str, typer.Option(help="Of the InferenceIds of the requests, in place of texts.")
    ] = "",
) -> Answer:
    """Upload ratings of what the endpoint was asked, for accuracy and calibration in drift reports.

    Ratings become classes as in the training. Texts are not uploaded, only their hashes.
    """
    environment = Environment(env)
    with local_file(file, environment) as local:
        chosen = ratings.columns(
            environment, rating=rating_column, text=text_column, key=key_column
        )
        uploaded = ratings.upload(environment, local, chosen)
    return Answer(document=asdict(uploaded), show=message(_sentence(uploaded, environment.name)))


def _sentence(uploaded: Uploaded, environment: str) -> str:
    left_out = [
        f"{count:,} {what}"
        for count, what in (
            (uploaded.without_class, "without a rating of a class"),
            (uploaded.without_text, "without a text or key"),
        )
        if count
    ]
    more = f"; left out: {', '.join(left_out)}" if left_out else ""
    compare = reviews_command("drift", last="7d", env=environment)
    return f"{uploaded.ratings:,} ratings uploaded{more}\nThey count in the next report: {compare}"
