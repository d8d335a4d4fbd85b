"""The versions of the model that a file may be scored with."""

from infra.settings import Columns
from reviews.client.aws.connection import Connection
from reviews.client.endpoint.serving_run import columns_of
from reviews.client.errors import InvalidArgument, ModelMissing
from reviews.client.promotion.versions import APPROVED, ModelVersion, describe, summaries
from reviews.client.shell import reviews_command


def find(connection: Connection, number: int | None) -> ModelVersion:
    """The version of this number, else the newest approved one.

    Raises InvalidArgument for an unknown number, and ModelMissing where none is approved.
    """
    group = connection.settings.name
    sagemaker = connection.client("sagemaker")
    listed = list(summaries(sagemaker, group))
    known = [summary["ModelPackageVersion"] for summary in listed]
    if number is not None and number not in known:
        newest = f"the newest is {known[0]}" if known else "it has none yet"
        raise InvalidArgument(f"--version {number}: {group} has no such version; {newest}")
    for summary in listed:
        is_approved = summary.get("ModelApprovalStatus") == APPROVED
        if summary["ModelPackageVersion"] == number or (number is None and is_approved):
            return describe(sagemaker, summary)
    run = reviews_command("run", "FILE", env=connection.name)
    raise ModelMissing(
        f"{group} has no approved model yet. Name a version with --version, or train one: {run}"
    )


def columns(connection: Connection, version: ModelVersion) -> Columns:
    """The columns of title and text in the files that the version was trained on."""
    return columns_of(connection, version.run)
