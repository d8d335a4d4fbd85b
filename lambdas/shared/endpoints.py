"""Describes an endpoint, and finds the execution that deploys to it."""

from typing import Any

from botocore.exceptions import ClientError

from contract.names import EXECUTION_TAG

Tags = list[dict[str, str]]


def find_endpoint(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeEndpoint; None if there is none, for which SageMaker has a ValidationException."""
    try:
        found: dict[str, Any] = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return None
    return found


def tags_of(client: Any, arn: str) -> Tags:
    """All tags: a resource has at most 50, which is a page."""
    found: Tags = client.list_tags(ResourceArn=arn, MaxResults=50)["Tags"]
    return found


def deploying_execution(states: Any, tags: Tags) -> str:
    """The ARN of the execution that has changed the endpoint last, if it still runs; else empty.

    Until it has ended, after its smoke test, nothing else may change the endpoint.
    """
    owner = {tag["Key"]: tag["Value"] for tag in tags}.get(EXECUTION_TAG, "")
    return owner if owner and _is_running(states, owner) else ""


def _is_running(states: Any, execution: str) -> bool:
    try:
        found = states.describe_execution(executionArn=execution)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise
        return False
    return bool(found["status"] == "RUNNING")
