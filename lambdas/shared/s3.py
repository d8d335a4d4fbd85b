"""Objects and JSON documents in S3."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract.s3_uri import split


def read_json(client: Any, uri: str) -> Any:
    bucket, key = split(uri)
    return json.load(client.get_object(Bucket=bucket, Key=key)["Body"])


def find_json(client: Any, uri: str) -> Any:
    """The document; None where there is no such object (see `exists`)."""
    return read_json(client, uri) if exists(client, uri) else None


def write_json(client: Any, uri: str, document: Any) -> None:
    bucket, key = split(uri)
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(document, indent=2).encode())


def exists(client: Any, uri: str) -> bool:
    """Needs s3:ListBucket, without which S3 answers 403 for a missing object."""
    bucket, key = split(uri)
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def copy_small(client: Any, source: Any, uri: str, target: str) -> None:
    """Copies an object through the memory; `source` is the client that may read it."""
    bucket, key = split(uri)
    content = source.get_object(Bucket=bucket, Key=key)["Body"].read()
    bucket, key = split(target)
    client.put_object(Bucket=bucket, Key=key, Body=content)


def list_uris(client: Any, prefix: str) -> list[str]:
    bucket, key = split(prefix)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
    return [f"s3://{bucket}/{entry['Key']}" for page in pages for entry in page.get("Contents", [])]
