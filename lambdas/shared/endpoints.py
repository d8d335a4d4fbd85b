"""Describes an endpoint."""

from typing import Any

from botocore.exceptions import ClientError


def find_endpoint(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeEndpoint; None if there is none, for which SageMaker has a ValidationException."""
    try:
        found: dict[str, Any] = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return None
    return found
