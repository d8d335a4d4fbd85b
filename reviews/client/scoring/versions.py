"""The versions of the model that a file may be scored with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.settings import Columns
from reviews.client.aws.connection import Connection
from reviews.client.endpoint.serving_run import columns_of
from reviews.client.errors import InvalidArgument, ModelMissing

_APPROVED = "Approved"
_RUN = "run"  # of the properties that lambdas/register_model gives a version


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """A version of the environment's model group; `run` is the id of the run that made it."""

    number: int
    status: str
    run: str

    @property
    def is_approved(self) -> bool:
        return self.status == _APPROVED


def find(connection: Connection, number: int | None) -> ModelVersion:
    """The version of this number, else the newest approved one.

    Raises InvalidArgument for an unknown number, and ModelMissing where none is approved.
    """
    group, environment = connection.settings.name, connection.name
    sagemaker = connection.client("sagemaker")
    summaries = list(_summaries(sagemaker, group))
    known = [summary["ModelPackageVersion"] for summary in summaries]
    if number is not None and number not in known:
        newest = f"the newest is {known[0]}" if known else "it has none yet"
        raise InvalidArgument(f"--version {number}: {group} has no such version; {newest}")
    for summary in summaries:
        is_approved = summary.get("ModelApprovalStatus") == _APPROVED
        if summary["ModelPackageVersion"] == number or (number is None and is_approved):
            return _version(sagemaker, summary)
    raise ModelMissing(
        f"{group} has no approved model yet. Train one: reviews run FILE --env {environment}; or "
        "name a version with --version"
    )


def columns(connection: Connection, version: ModelVersion) -> Columns:
    """Where title and text are in the files that the version was trained on."""
    return columns_of(connection, version.run)


def _summaries(sagemaker: Any, group: str) -> Iterator[dict[str, Any]]:
    """Newest first."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    return (summary for page in pages for summary in page["ModelPackageSummaryList"])


def _version(sagemaker: Any, summary: dict[str, Any]) -> ModelVersion:
    found = sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
    return ModelVersion(
        number=summary["ModelPackageVersion"],
        status=found.get("ModelApprovalStatus", ""),
        run=found.get("CustomerMetadataProperties", {}).get(_RUN, ""),
    )
