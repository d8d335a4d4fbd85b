"""The versions in the registry of an environment, with their metrics and where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from contract.metrics import METRICS
from reviews.client.aws.missing import is_missing_resource
from reviews.client.errors import InvalidArgument

APPROVED = "Approved"
_MOST_SEARCHED = 100  # versions, each of which is described


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The version of another environment that was promoted."""

    environment: str
    run: str
    version: int
    sha256: str  # of the artefact


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """A version of the environment's model group; `run` is the id of the run that registered it.

    `metrics` are METRICS on the test split, by name; empty for a version without a run.
    """

    number: int
    status: str
    run: str
    created: datetime
    artefact: str  # s3:// URI
    metrics: Mapping[str, float]
    origin: Origin | None  # None: trained in this environment
    rollback_to: int | None  # the earlier version that this one deployed again

    @property
    def is_approved(self) -> bool:
        return self.status == APPROVED

    def is_same_model(self, other: "ModelVersion") -> bool:
        """Whether both have one artefact: one of them deployed the other again, or both are one
        version of another environment."""
        digests = {version.origin.sha256 for version in (self, other) if version.origin}
        is_promoted_twice = self.origin and other.origin and len(digests) == 1 and "" not in digests
        return self.artefact == other.artefact or bool(is_promoted_twice)


def every(sagemaker: Any, group: str) -> Iterator[ModelVersion]:
    """The versions of a group, newest first; each is described when it is reached."""
    return (describe(sagemaker, summary) for summary in summaries(sagemaker, group))


def summaries(sagemaker: Any, group: str) -> Iterator[dict[str, Any]]:
    """The items of ListModelPackages, newest first; none for a group that does not exist."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    try:
        for page in pages:
            yield from page["ModelPackageSummaryList"]
    except ClientError as error:
        if not is_missing_resource(error):
            raise


def of_run(sagemaker: Any, group: str, run: str) -> ModelVersion | None:
    """The version that a run has registered, by its id; None where it is not among the newest."""
    found = islice(every(sagemaker, group), _MOST_SEARCHED) if run else ()
    return next((version for version in found if version.run == run), None)


def numbered(sagemaker: Any, group: str, number: int) -> ModelVersion:
    """Raises InvalidArgument, with the newest number."""
    newest = None
    for summary in summaries(sagemaker, group):
        newest = newest or summary["ModelPackageVersion"]
        if summary["ModelPackageVersion"] == number:
            return describe(sagemaker, summary)
    has = f"the newest is {newest}" if newest else "it has none yet"
    raise InvalidArgument(f"{group} has no version {number}; {has}")


def describe(sagemaker: Any, summary: Mapping[str, Any]) -> ModelVersion:
    found = sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
    properties = found.get("CustomerMetadataProperties", {})
    containers = found.get("InferenceSpecification", {}).get("Containers", [])
    return ModelVersion(
        number=summary["ModelPackageVersion"],
        status=found.get("ModelApprovalStatus", ""),
        run=properties.get("run", ""),
        created=found["CreationTime"],
        artefact=containers[0].get("ModelDataUrl", "") if containers else "",
        metrics={name: float(properties[name]) for name, _ in METRICS if name in properties},
        origin=_origin(properties),
        rollback_to=int(properties["rollback_to"]) if "rollback_to" in properties else None,
    )


def _origin(properties: Mapping[str, str]) -> Origin | None:
    if "from_environment" not in properties:
        return None
    return Origin(
        environment=properties["from_environment"],
        run=properties.get("from_run", ""),
        version=int(properties.get("from_version", 0)),
        sha256=properties.get("sha256", ""),
    )
