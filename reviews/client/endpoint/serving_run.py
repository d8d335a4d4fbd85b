"""The run whose model the endpoint serves, found by the tags of the endpoint's configuration."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.names import RUN_TAG
from infra.settings import Columns
from reviews.client.aws.connection import Connection


def serving_columns(connection: Connection) -> Columns:
    """The columns that the run of the served model has read; else those of the settings."""
    document = _document(connection)
    return Columns(**document["columns"]) if "columns" in document else connection.settings.columns


def _document(connection: Connection) -> dict[str, Any]:
    """The run.json of the run; empty when there is no endpoint, or no run created it."""
    sagemaker, s3 = connection.client("sagemaker"), connection.client("s3")
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=connection.outputs.endpoint_name)
        config = sagemaker.describe_endpoint_config(
            EndpointConfigName=endpoint["EndpointConfigName"]
        )
        tags = sagemaker.list_tags(ResourceArn=config["EndpointConfigArn"])["Tags"]
        run = next((tag["Value"] for tag in tags if tag["Key"] == RUN_TAG), "")
        key = f"{s3_keys.run_prefix(run)}/{s3_keys.RUN}"
        uri = {"Bucket": connection.outputs.artefact_bucket, "Key": key}
        document: dict[str, Any] = json.load(s3.get_object(**uri)["Body"]) if run else {}
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ValidationException", "ResourceNotFound", "NoSuchKey"):
            return {}
        raise
    return document
