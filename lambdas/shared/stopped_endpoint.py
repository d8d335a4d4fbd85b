"""Reads and writes the record of a stopped endpoint in the artefact bucket."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract.s3_keys import STOPPED_ENDPOINT
from contract.stopped_endpoint import StoppedEndpoint


class StoppedEndpointRecord:
    """Reading needs s3:ListBucket, without which S3 answers 403 where there is none."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": STOPPED_ENDPOINT}

    def read(self) -> StoppedEndpoint | None:
        try:
            found = self._client.get_object(**self._object)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return StoppedEndpoint.read(json.load(found["Body"]), found["LastModified"])

    def write(self, stopped: StoppedEndpoint) -> None:
        body = json.dumps(stopped.document(), indent=2).encode()
        self._client.put_object(**self._object, Body=body)

    def delete(self) -> None:
        self._client.delete_object(**self._object)
