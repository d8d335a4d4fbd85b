"""The versions of the environment's models in the registry."""

from collections.abc import Iterator
from typing import Any

_SUMMARIES = "ModelPackageSummaryList"


def newest_approved(client: Any, group: str) -> str:
    """The ARN of the newest approved version; empty if there is none.

    SageMaker's lists may cut pages before they filter, so a page without an approved version says
    nothing about the next: https://github.com/boto/boto3/issues/3347
    """
    return next(_arns(client, group, ModelApprovalStatus="Approved"), "")


def version_arn(client: Any, group: str, version: int) -> str:
    """The ARN of a version; empty if there is none of this number."""
    found = (arn for arn in _arns(client, group) if arn.endswith(f"/{version}"))
    return next(found, "")


def arn_of_run(client: Any, group: str, run: str) -> str:
    """The ARN of the version that a run has registered, by its id; empty if there is none.

    The lists have no properties, so the versions are described one by one, the newest first.
    """
    for arn in _arns(client, group):
        found = client.describe_model_package(ModelPackageName=arn)
        if found.get("CustomerMetadataProperties", {}).get("run") == run:
            return arn
    return ""


def _arns(client: Any, group: str, **filters: str) -> Iterator[str]:
    """The ARNs of the group's versions, newest first."""
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", **filters
    )
    return (item["ModelPackageArn"] for page in pages for item in page[_SUMMARIES])
