"""Ratings that arrive after the predictions: read from a file of the user, and uploaded."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract import s3_keys
from infra.settings import Columns, Settings
from ml_code.reading.classes import parse
from ml_code.reading.columns import check_once, in_header, listed
from ml_code.reading.feedback import Rating, identity_of_key, identity_of_text, write_lines
from ml_code.reading.ratings import RatingLookup
from reviews.client.aws.connection import Connection
from reviews.client.endpoint.serving_run import serving_columns
from reviews.client.errors import InvalidArgument
from reviews.client.files.review_files import ReviewFile, plain_errors, rating_test

_DIGITS = 12  # of the hash in a key


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """`without_class` are rows whose rating is of no class or missing, `without_text` those that
    name no prediction."""

    uri: str
    ratings: int
    without_class: int
    without_text: int


@dataclass(frozen=True, kw_only=True)
class FeedbackColumns:
    """`key` is the column of InferenceIds; where it is empty, ratings are joined by their texts."""

    reviews: Columns
    key: str = ""


def columns(connection: Connection, *, rating: str, text: str, key: str) -> FeedbackColumns:
    """The columns that the run of the serving model has read; `rating` and `text` name other ones.

    Raises InvalidArgument for both a text and a key.
    """
    if text and key:
        raise InvalidArgument("Give either --text-column or --key-column")
    found = serving_columns(connection)
    reviews = Columns(
        text=text or key or found.text,
        title="" if text or key else found.title,
        rating=rating or found.rating,
    )
    return FeedbackColumns(reviews=reviews, key=key)


def upload(connection: Connection, file: Path, chosen: FeedbackColumns) -> Uploaded:
    """Reads the whole file first. Raises InvalidArgument for one without a usable rating."""
    counts = {"class": 0, "text": 0}
    ratings = list(_read(file, chosen, connection.settings, counts))
    if not ratings:
        raise InvalidArgument(
            f"{file}: no row has both a rating of a class in column {chosen.reviews.rating!r} and "
            f"a value in column {chosen.reviews.text!r}"
        )
    body = "".join(write_lines(ratings)).encode()
    digest = hashlib.sha256(body).hexdigest()[:_DIGITS]
    # The same file on the same day is one object, and so counts once.
    key = s3_keys.feedback_key(datetime.now(UTC), digest)
    bucket = connection.outputs.artefact_bucket
    connection.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return Uploaded(
        uri=f"s3://{bucket}/{key}",
        ratings=len(ratings),
        without_class=counts["class"],
        without_text=counts["text"],
    )


def _read(
    file: Path, chosen: FeedbackColumns, settings: Settings, counts: dict[str, int]
) -> Iterator[Rating]:
    """Raises InvalidArgument for a missing column, or a row that cannot be read."""
    asks_for = ("keys", "key-column") if chosen.key else ("texts", "text-column")
    reviews = ReviewFile(file, chosen.reviews, rating_test(settings), asks_for=asks_for)
    at = _position(file, reviews.header, chosen.reviews.rating)
    if reviews.header[at] == in_header(reviews.header, chosen.reviews.text):
        raise InvalidArgument(
            f"{file}: {reviews.header[at]!r} is the column of the ratings, and also that of the "
            f"{asks_for[0]}: name others with --rating-column and --{asks_for[1]}"
        )
    labels = parse(settings.labels.argument)
    lookup = RatingLookup(labels.ratings)
    identity = identity_of_key if chosen.key else identity_of_text
    for review in reviews:
        index, reason = lookup[str(review.fields[at])]
        if reason:
            counts["class"] += 1
        elif not review.text:
            counts["text"] += 1
        else:
            name = labels.names[labels.ratings.label_of[index]]
            yield Rating(identity=identity(review.text), name=name)


def _position(file: Path, header: Sequence[str], name: str) -> int:
    column = in_header(header, name)
    if column not in header:
        raise InvalidArgument(
            f"{file}: there is no column {name!r} of ratings; the columns are "
            f"{listed(header)}: name it with --rating-column"
        )
    with plain_errors(file):
        check_once(file, header, column)
    return header.index(column)
