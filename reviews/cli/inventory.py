"""What an environment consists of, before it is destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from reviews.cli import tables
from reviews.client.aws import Environment
from reviews.client.stacks import find, names

_BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True, kw_only=True)
class StackContent:
    """A stack with the number of its resources, and those of them that hold data by name."""

    name: str
    status: str
    resources: int
    buckets: Sequence[str]
    protected: bool  # against being deleted


@dataclass(frozen=True, kw_only=True)
class Inventory:
    stacks: Sequence[StackContent]
    endpoint: str  # with its status; empty if there is none
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


def take(here: Environment) -> Inventory:
    stacks = [content for name in names(here.name) if (content := _content(here, name))]
    return Inventory(
        stacks=stacks,
        endpoint=_endpoint(here) if stacks else "",
        model_versions=_versions(here) if stacks else 0,
    )


def show(console: Console, found: Inventory, *, keep: bool) -> None:
    table = tables.of_texts("stack", "status", "resources", numbers=["resources"])
    for stack in found.stacks:
        tables.add(table, stack.name, stack.status, stack.resources)
    console.print(table)
    buckets = [bucket for stack in found.stacks for bucket in stack.buckets]
    if buckets:
        text = "\n  ".join(["Buckets, with all that is in them:", *buckets])
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    also = [found.endpoint] if found.endpoint else []
    also += [f"{found.model_versions} registered models"] if found.model_versions else []
    if also:
        console.print(f"Also, made by runs: {', '.join(also)}", highlight=False)
    if keep:
        console.print(
            "This environment keeps what holds data: buckets, key, features, registered models.",
            highlight=False,
        )
    protected = ", ".join(stack.name for stack in found.stacks if stack.protected)
    if protected:
        console.print(f"Protected against deletion, and stay: {protected}", highlight=False)


def _content(here: Environment, name: str) -> StackContent | None:
    stack = find(here, name)
    if not stack:
        return None
    pages = here.client("cloudformation").get_paginator("list_stack_resources")
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


def _endpoint(here: Environment) -> str:
    name = here.settings.name
    try:
        found = here.client("sagemaker").describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return ""
    return f"endpoint {name} ({found['EndpointStatus']})"


def _versions(here: Environment) -> int:
    try:
        pages = here.client("sagemaker").get_paginator("list_model_packages")
        found = pages.paginate(ModelPackageGroupName=here.settings.name)
        return sum(len(page["ModelPackageSummaryList"]) for page in found)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ValidationException", "ResourceNotFound"):
            raise
        return 0
