"""What SageMaker says of an endpoint."""

from typing import Any

from botocore.exceptions import ClientError


def find_endpoint(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeEndpoint; None where there is none, which SageMaker calls a ValidationException."""
    try:
        found: dict[str, Any] = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return None
    return found
