"""What an environment consists of, before it is destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from reviews.client.aws.connection import Connection
from reviews.client.aws.missing import is_missing_resource
from reviews.client.aws.stacks import find, names
from reviews.client.endpoint.stopped import StoppedEndpointRecord
from reviews.client.errors import NotDeployed
from reviews.client.promotion import versions

_BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True, kw_only=True)
class StackContent:
    """A stack: the number of its resources, and the names of its buckets."""

    name: str
    status: str
    resources: int
    buckets: Sequence[str]
    protected: bool  # by termination protection


@dataclass(frozen=True, kw_only=True)
class Inventory:
    stacks: Sequence[StackContent]
    endpoint: str  # with its status, or that it is stopped; empty if there is none
    model_versions: int

    @property
    def is_empty(self) -> bool:
        return not self.stacks

    def document(self) -> dict[str, Any]:
        return {
            "stacks": [stack.name for stack in self.stacks],
            "resources": sum(stack.resources for stack in self.stacks),
            "buckets": [bucket for stack in self.stacks for bucket in stack.buckets],
            "endpoint": self.endpoint or None,
            "model_versions": self.model_versions,
        }


def take(connection: Connection) -> Inventory:
    stacks = [
        content for name in names(connection.settings) if (content := _content(connection, name))
    ]
    return Inventory(
        stacks=stacks,
        endpoint=_endpoint(connection) if stacks else "",
        model_versions=_versions(connection) if stacks else 0,
    )


def _content(connection: Connection, name: str) -> StackContent | None:
    stack = find(connection, name)
    if not stack:
        return None
    pages = connection.client("cloudformation").get_paginator("list_stack_resources")
    items = [
        item
        for page in pages.paginate(StackName=name)
        for item in page["StackResourceSummaries"]
        if item["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    return StackContent(
        name=name,
        status=stack["StackStatus"],
        resources=len(items),
        buckets=[item["PhysicalResourceId"] for item in items if item["ResourceType"] == _BUCKET],
        protected=stack.get("EnableTerminationProtection", False),
    )


def _endpoint(connection: Connection) -> str:
    name = connection.settings.name
    try:
        found = connection.client("sagemaker").describe_endpoint(EndpointName=name)
    except ClientError as error:
        if not is_missing_resource(error):
            raise
        return f"endpoint {name} (stopped)" if _is_stopped(connection) else ""
    return f"endpoint {name} ({found['EndpointStatus']})"


def _is_stopped(connection: Connection) -> bool:
    """Whether a stopped endpoint is on record. Without the Pipeline stack nothing is known of
    one."""
    try:
        return StoppedEndpointRecord(connection).read() is not None
    except NotDeployed:
        return False


def _versions(connection: Connection) -> int:
    group = connection.settings.name
    return sum(1 for _ in versions.summaries(connection.client("sagemaker"), group))
