"""The run whose model the endpoint serves: its tags and its run.json say what it read."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.names import RUN_TAG
from infra.settings import Columns
from reviews.client.aws.connection import Connection


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
        run = next((tag["Value"] for tag in tags if tag["Key"] == RUN_TAG), "")
        key = f"{s3_keys.run_prefix(run)}/{s3_keys.RUN}"
        place = {"Bucket": connection.outputs.artefact_bucket, "Key": key}
        document: dict[str, Any] = json.load(s3.get_object(**place)["Body"]) if run else {}
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ValidationException", "ResourceNotFound", "NoSuchKey"):
            return {}
        raise
    return document
