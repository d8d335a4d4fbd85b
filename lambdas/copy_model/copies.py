"""Copies objects of another account or region through this process."""

import hashlib
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys, s3_uri
from contract.execution_input import InvalidInput
from shared import s3

_PRECONDITION_FAILED = "PreconditionFailed"


def changed(found: dict[str, Any], reason: str) -> InvalidInput:
    """The error of an artefact that is not the approved one: no redrive brings that back."""
    return InvalidInput("from_version", f"{found['model_data']} {reason}", value=found["version"])


class HashedBody:
    """The body of a response that counts its bytes and computes their SHA-256 while it is read.

    It cannot be sought, so that S3's transfer manager reads it once, in order.
    """

    def __init__(self, body: Any) -> None:
        self._body, self._digest, self.bytes = body, hashlib.sha256(), 0

    def read(self, amount: int | None = None) -> bytes:
        content: bytes = self._body.read(amount)
        self._digest.update(content)
        self.bytes += len(content)
        return content

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def copy_artefact(client: Any, source: Any, found: dict[str, Any], target: str) -> str:
    """The SHA-256 of the bytes that were copied. `found`: model_data, etag and bytes of the
    artefact. Raises InvalidInput for another one."""
    bucket, key = s3_uri.split(found["model_data"])
    try:
        response = source.get_object(Bucket=bucket, Key=key, IfMatch=found["etag"])
    except ClientError as error:
        if error.response["Error"]["Code"] != _PRECONDITION_FAILED:
            raise
        raise changed(found, "was written anew after its approval") from error
    body = HashedBody(response["Body"])
    bucket, key = s3_uri.split(target)
    client.upload_fileobj(body, bucket, key)
    if body.bytes != found["bytes"]:
        raise changed(found, f"has {body.bytes} bytes and not {found['bytes']}")
    return body.sha256


def copy_code(client: Any, source: Any, code: str, bucket: str) -> None:
    """The code of the training, as Prepare uploads it: the archive comes last, and where it is, all
    files are."""
    (source_bucket, prefix), archive = s3_uri.split(code), s3_keys.SOURCE_ARCHIVE
    if s3.exists(client, f"s3://{bucket}/{prefix}/{archive}"):
        return
    for uri in s3.list_uris(source, f"{code}/{s3_keys.SOURCE}/"):
        key = s3_uri.split(uri)[1]
        s3.copy_small(client, source, uri, f"s3://{bucket}/{key}")
    s3.copy_small(
        client,
        source,
        f"s3://{source_bucket}/{prefix}/{archive}",
        f"s3://{bucket}/{prefix}/{archive}",
    )
