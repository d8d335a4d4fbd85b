"""The record of a stopped endpoint: endpoint/stopped.json in the artefact bucket."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from reviews.client.aws.connection import Connection


@dataclass(frozen=True, kw_only=True)
class StoppedEndpoint:
    """An endpoint as it served: its configuration, its tags, and how it was scaled."""

    config: str
    tags: list[dict[str, str]]
    scaling: list[dict[str, Any]]  # as autoscaling.describe returns it
    at: datetime | None = None  # LastModified of the object in S3


class StoppedEndpointRecord:
    """Exists from before the endpoint is deleted until it is in service again."""

    def __init__(self, connection: Connection) -> None:
        self._s3 = connection.client("s3")
        self._object = {
            "Bucket": connection.outputs.artefact_bucket,
            "Key": s3_keys.STOPPED_ENDPOINT,
        }

    def read(self) -> StoppedEndpoint | None:
        try:
            response = self._s3.get_object(**self._object)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return StoppedEndpoint(**json.load(response["Body"]), at=response["LastModified"])

    def write(self, stopped: StoppedEndpoint) -> None:
        document = {
            "config": stopped.config,
            "tags": stopped.tags,
            "scaling": stopped.scaling,
        }
        self._s3.put_object(**self._object, Body=json.dumps(document, indent=2).encode())

    def delete(self) -> None:
        self._s3.delete_object(**self._object)
