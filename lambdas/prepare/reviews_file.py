"""Checks whether S3 has the file of reviews."""

from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from contract import s3_uri
from contract.execution_input import InvalidInput
from shared.errors import is_transient


class UnreadableReviews(Exception):
    """The reviews are missing, or must not be read. That can be corrected with the same input."""


def check_object(client: Any, uri: str) -> None:
    """Raises UnreadableReviews if the object is missing or must not be read, InvalidInput if the
    bucket's name is invalid."""
    bucket, key = s3_uri.split(uri)
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_transient(error):
            raise
        reason = error.response["Error"]["Code"]
        raise UnreadableReviews(f"reviews: {uri} cannot be read ({reason})") from error
    except ParamValidationError as error:
        raise InvalidInput("reviews", f"{uri} cannot be read ({error})", value=uri) from error
