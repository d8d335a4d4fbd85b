"""The record of a stopped endpoint in the artefact bucket."""

import json

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.stopped_endpoint import StoppedEndpoint
from reviews.client.aws.connection import Connection


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
        return StoppedEndpoint.read(json.load(response["Body"]), response["LastModified"])

    def write(self, stopped: StoppedEndpoint) -> None:
        body = json.dumps(stopped.document(), indent=2).encode()
        self._s3.put_object(**self._object, Body=body)

    def delete(self) -> None:
        self._s3.delete_object(**self._object)
