"""The run whose model the endpoint serves: its tags and its run.json say what it read."""

import json
from typing import Any

from botocore.exceptions import ClientError

from infra.settings import Columns
from reviews.client.aws.connection import Connection

_RUN_TAG = "reviews:run"  # of every resource that a run makes: lambdas/shared/run.py


def serving_columns(connection: Connection) -> Columns:
    """The columns of the run that made the endpoint's configuration; else those of the settings."""
    document = _document(connection)
    return Columns(**document["columns"]) if "columns" in document else connection.settings.columns


def _document(connection: Connection) -> dict[str, Any]:
    """What Prepare kept of the run; empty when there is no endpoint, or it is of no run."""
    sagemaker, s3 = connection.client("sagemaker"), connection.client("s3")
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=connection.outputs.endpoint_name)
        config = sagemaker.describe_endpoint_config(
            EndpointConfigName=endpoint["EndpointConfigName"]
        )
        tags = sagemaker.list_tags(ResourceArn=config["EndpointConfigArn"])["Tags"]
        run = next((tag["Value"] for tag in tags if tag["Key"] == _RUN_TAG), "")
        place = {"Bucket": connection.outputs.artefact_bucket, "Key": f"runs/{run}/run.json"}
        document: dict[str, Any] = json.load(s3.get_object(**place)["Body"]) if run else {}
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ValidationException", "ResourceNotFound", "NoSuchKey"):
            return {}
        raise
    return document
