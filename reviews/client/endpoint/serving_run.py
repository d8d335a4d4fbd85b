"""The run of a model, and the run whose model the endpoint serves, found by its tags."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.names import RUN_TAG
from infra.settings import Columns
from reviews.client.aws.connection import Connection
from reviews.client.endpoint import served_config


def serving_columns(connection: Connection) -> Columns:
    """The columns that the run of the served model has read; else those of the settings."""
    return columns_of(connection, serving_run(connection))


def columns_of(connection: Connection, run: str) -> Columns:
    """The columns of a run, by its id; those of the settings where nothing is known of it."""
    document = _document(connection, run)
    return Columns(**document["columns"]) if "columns" in document else connection.settings.columns


def serving_run(connection: Connection) -> str:
    """The id of the run whose model is in service.

    Empty when there is no endpoint, or no run created it.
    """
    found = served_config.find(connection)
    return found.tags.get(RUN_TAG, "") if found else ""


def _document(connection: Connection, run: str) -> dict[str, Any]:
    """The run's document, which Prepare wrote; empty where there is none."""
    if not run:
        return {}
    key = f"{s3_keys.run_prefix(run)}/{s3_keys.RUN}"
    place = {"Bucket": connection.outputs.artefact_bucket, "Key": key}
    try:
        document: dict[str, Any] = json.load(connection.client("s3").get_object(**place)["Body"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return {}
        raise
    return document
