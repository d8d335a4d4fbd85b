"""Parses JSON bodies of requests by the shapes of botocore's models."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.model import Shape
from botocore.utils import parse_timestamp

from localcloud.core.errors import AwsError, ValidationException

_PARTS = ("member", "key", "value")  # of lists and maps
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")  # a whole character has two of them
Values = dict[str, Any]


def read(shape: Shape, body: bytes) -> Values:
    """The members of a JSON body: without nulls, with blobs as bytes and timestamps as seconds.

    Raises SerializationException for what is no JSON object, and ValidationException for a blob
    that is not base64.
    """
    document = _read_json(body)
    if b"null" not in body and not _has_encoded(shape):
        return document  # nothing to remove or to decode
    members: Values = _members(shape, document)
    return members


@cache
def _has_encoded(shape: Shape) -> bool:
    seen, waiting = set(), [shape]
    while waiting:
        shape = waiting.pop()
        if shape.type_name in ("blob", "timestamp"):
            return True
        if shape.name not in seen:
            seen.add(shape.name)
            waiting += getattr(shape, "members", {}).values()
            waiting += [part for name in _PARTS if (part := getattr(shape, name, None))]
    return False


def _read_json(body: bytes) -> Values:
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise AwsError("SerializationException", "The body is not a JSON object")
    if _SURROGATE.search(body):
        _check_unicode(document)
    return document


def _check_unicode(document: Values) -> None:
    """Raises SerializationException for half of a surrogate pair, which no file can hold."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise AwsError("SerializationException", f"The body is not Unicode: {error}") from error


def _members(shape: Shape, document: Any) -> Any:
    """JSON without nulls, with blobs as bytes and timestamps as seconds since the epoch.

    Values of other types are left to `constraints`.
    """
    kind = shape.type_name
    if kind == "structure" and isinstance(document, dict):
        return {
            name: _members(shape.members[name], value) if name in shape.members else value
            for name, value in document.items()
            if value is not None
        }
    if kind == "list" and isinstance(document, list):
        return [_members(shape.member, value) for value in document]
    if kind == "map" and isinstance(document, dict):
        return {name: _members(shape.value, value) for name, value in document.items()}
    if kind == "blob" and isinstance(document, str):
        try:
            return base64.b64decode(document, validate=True)
        except binascii.Error as error:
            raise ValidationException(f"Value {document!r} is not base64") from error
    if kind == "timestamp" and isinstance(document, str | int | float):
        return _seconds(document)
    return document


def _seconds(timestamp: str | float) -> float:
    """Seconds since the epoch. SDKs send numbers; state machines may send ISO 8601."""
    try:
        seconds = (
            parse_timestamp(timestamp).timestamp() if isinstance(timestamp, str) else timestamp
        )
        datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError, RuntimeError) as error:  # botocore's is the last
        raise AwsError("SerializationException", f"{timestamp!r} is not a timestamp") from error
    return seconds
