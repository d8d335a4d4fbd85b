"""Operations on model packages: the versions in a group.

Refused, not ignored: packages without a group, algorithms and certification for the Marketplace,
validation by transform jobs, further inference specifications, model cards, life cycles, clones.
"""

import threading
import time

from botocore.exceptions import ClientError

from localcloud.core import records
from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.registry.group import GROUP, PACKAGE, find_group, group_key, versions

_CREATE = (
    "ModelPackageRegistrationType",
    "ValidationSpecification",
    "SourceAlgorithmSpecification",
    "CertifyForMarketplace",
    "AdditionalInferenceSpecifications",
    "SourceUri",
    "SecurityConfig",
    "ModelCard",
    "ModelLifeCycle",
    "ManagedStorageType",
)
_UPDATE = (
    "ModelPackageRegistrationType",
    "AdditionalInferenceSpecificationsToAdd",
    "InferenceSpecification",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
)
_CONTAINER = ("ProductId", "ModelDataSource", "AdditionalModelDataSources", "BaseModel")
_NO_VALIDATION: Record = {"ValidationStatuses": [], "ImageScanStatuses": []}


class _Versions(Service):
    """Makes reading and writing of a group's versions one step."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.lock = threading.Lock()


def find_package(cloud: Cloud, name_or_arn: str) -> Record:
    """The package by <group>/<version> or its ARN."""
    name = name_or_arn.rpartition(f":{PACKAGE}/")[2].lower()
    group, _, version = name.partition("/")
    missing = f"ModelPackage {records.arn(cloud, PACKAGE, name)} does not exist."
    return records.find(cloud, PACKAGE, _key(group, version), missing)


def _key(group: str, version: int | str) -> str:
    return f"{group}/{version:0>9}"  # in the order of their numbers


def _key_of(record: Record) -> str:
    return _key(group_key(record["ModelPackageGroupName"]), record["ModelPackageVersion"])


def create_model_package(cloud: Cloud, request: Record) -> Record:
    _check(request)
    with cloud.service(_Versions).lock:
        group = find_group(cloud, request["ModelPackageGroupName"])
        known = _registered_before(cloud, request)
        if known:
            return records.pick(known, "ModelPackageArn")
        return _register(cloud, group, request)


def _check(request: Record) -> None:
    records.refuse(request, _CREATE)
    if "ModelPackageGroupName" not in request:
        raise ValidationException("A model package needs ModelPackageGroupName in localcloud")
    if "ModelPackageName" in request:
        raise ValidationException(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if request.get("Tags"):
        raise ValidationException(
            "Tags cannot be supplied with ModelPackageGroupName: a version has those of its group"
        )
    if "InferenceSpecification" not in request:
        raise ValidationException("InferenceSpecification is required by localcloud")
    for container in request["InferenceSpecification"]["Containers"]:
        records.refuse(container, _CONTAINER)
        if "Image" not in container:
            raise ValidationException("InferenceSpecification.Containers needs an Image")


def _registered_before(cloud: Cloud, request: Record) -> Record | None:
    token = request.get("ClientToken")
    packages = versions(cloud, request["ModelPackageGroupName"]) if token else []
    return next((package for package in packages if package.get("ClientToken") == token), None)


def _register(cloud: Cloud, group: Record, request: Record) -> Record:
    key, version = group_key(group["ModelPackageGroupName"]), group["LastVersion"] + 1
    arn = records.arn(cloud, PACKAGE, f"{key}/{version}")
    specification = request["InferenceSpecification"]
    containers = [_with_etag(cloud, container) for container in specification["Containers"]]
    record = {
        "ModelApprovalStatus": "PendingManualApproval",
        **request,
        "InferenceSpecification": {**specification, "Containers": containers},
        "ModelPackageGroupName": group["ModelPackageGroupName"],
        "ModelPackageVersion": version,
        "ModelPackageArn": arn,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": _NO_VALIDATION,
        "CreatedBy": {},
    }
    taken = ValidationException(f"ModelPackage already exists: {arn}")
    records.create(cloud, PACKAGE, _key(key, version), record, taken)
    # A number is not given again after its version was deleted.
    cloud.store.update(GROUP, key, LastVersion=version)
    return {"ModelPackageArn": arn}


def _with_etag(cloud: Cloud, container: Record) -> Record:
    """The container with the version of its artefact, which has to be there."""
    url = container.get("ModelDataUrl")
    if url is None:
        return container
    try:
        location = Location.parse(url)
        head = cloud.client("s3").head_object(Bucket=location.bucket, Key=location.key)
    except (TransferError, ClientError) as error:
        raise ValidationException(f"Could not find model data at {url}.") from error
    return {**container, "ModelDataETag": head["ETag"].strip('"')}


def describe_model_package(cloud: Cloud, request: Record) -> Record:
    return find_package(cloud, request["ModelPackageName"])


def batch_describe_model_package(cloud: Cloud, request: Record) -> Record:
    found, errors = {}, {}
    for arn in request["ModelPackageArnList"]:
        try:
            record = find_package(cloud, arn)
        except ValidationException as error:
            errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
        else:
            found[arn] = _summary(record) | records.pick(record, "InferenceSpecification")
    return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": errors}


def list_model_packages(cloud: Cloud, request: Record) -> Record:
    approval = request.get("ModelApprovalStatus")
    found = records.select(
        _listed(cloud, request),
        {"SortOrder": "Ascending", **request},
        name="ModelPackageGroupName",
        summary=_summary,
        shows=lambda package: approval in (None, package["ModelApprovalStatus"]),
    )
    return {"ModelPackageSummaryList": found}


def _listed(cloud: Cloud, request: Record) -> list[Record]:
    group = request.get("ModelPackageGroupName")
    kind = request.get("ModelPackageType", "Versioned" if group else "Unversioned")
    if kind == "Unversioned":
        return []
    return versions(cloud, group) if group else cloud.store.list(PACKAGE)


def _summary(record: Record) -> Record:
    return records.pick(
        record,
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "ModelPackageStatus",
        "ModelApprovalStatus",
    )


def update_model_package(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, _UPDATE)
    with cloud.service(_Versions).lock:
        record = find_package(cloud, request["ModelPackageArn"])
        record |= records.pick(request, "ModelApprovalStatus", "ApprovalDescription")
        record["CustomerMetadataProperties"] = _properties(record, request)
        cloud.store.put(PACKAGE, _key_of(record), {**record, "LastModifiedTime": time.time()})
    return records.pick(record, "ModelPackageArn")


def _properties(record: Record, request: Record) -> Record:
    removed = request.get("CustomerMetadataPropertiesToRemove", [])
    properties = {
        **record.get("CustomerMetadataProperties", {}),
        **request.get("CustomerMetadataProperties", {}),
    }
    return {name: value for name, value in properties.items() if name not in removed}


def delete_model_package(cloud: Cloud, request: Record) -> Record:
    with cloud.service(_Versions).lock:
        record = find_package(cloud, request["ModelPackageName"])
        cloud.store.delete(PACKAGE, _key_of(record))
    return {}
