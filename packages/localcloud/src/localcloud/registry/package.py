"""Operations on model packages: the versions in a group, and those without a group.

Refused, not ignored: algorithms and certification for the Marketplace, validation by transform
jobs, further inference specifications, model cards, life cycles.
"""

import threading
import time

from botocore.exceptions import ClientError

from localcloud.core import records
from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.core.tags import drop_tags
from localcloud.registry import source
from localcloud.registry.group import GROUP, PACKAGE, find_group, group_key, versions

_CREATE = (
    "ModelPackageRegistrationType",
    "ValidationSpecification",
    "SourceAlgorithmSpecification",
    "CertifyForMarketplace",
    "AdditionalInferenceSpecifications",
    "SecurityConfig",
    "ModelCard",
    "ModelLifeCycle",
    "ManagedStorageType",
)
_UPDATE = (
    "ModelPackageRegistrationType",
    "AdditionalInferenceSpecificationsToAdd",
    "InferenceSpecification",
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
    """The package by <group>/<version>, by the name of one without a group, or by its ARN."""
    name = name_or_arn.rpartition(f":{PACKAGE}/")[2].lower()
    group, _, version = name.partition("/")
    missing = f"ModelPackage {records.arn(cloud, PACKAGE, name)} does not exist."
    return records.find(cloud, PACKAGE, _key(group, version), missing)


def _key(name: str, version: int | str = "") -> str:
    return f"{name}/{version:0>9}" if version else name  # in the order of their numbers


def _key_of(record: Record) -> str:
    if "ModelPackageName" in record:
        return _key(record["ModelPackageName"].lower())
    return _key(group_key(record["ModelPackageGroupName"]), record["ModelPackageVersion"])


def create_model_package(cloud: Cloud, request: Record) -> Record:
    _check(request)
    with cloud.service(_Versions).lock:
        if "ModelPackageName" in request:
            return _register_alone(cloud, request)
        group = find_group(cloud, request["ModelPackageGroupName"])
        known = _registered_before(cloud, request)
        if known:
            return records.pick(known, "ModelPackageArn")
        return _register(cloud, group, request)


def _check(request: Record) -> None:
    records.refuse(request, _CREATE)
    source.check(request)
    grouped = "ModelPackageGroupName" in request
    if not grouped and "ModelPackageName" not in request:
        raise ValidationException("Missing ARN.")  # AWS's words, in moto's pull request 7165
    if grouped and "ModelPackageName" in request:
        raise ValidationException(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if grouped and request.get("Tags"):
        raise ValidationException(
            "Tags cannot be supplied with ModelPackageGroupName: a version has those of its group"
        )
    for container in request.get("InferenceSpecification", {}).get("Containers", []):
        records.refuse(container, _CONTAINER)
        if "Image" not in container:
            raise ValidationException("InferenceSpecification.Containers needs an Image")


def _registered_before(cloud: Cloud, request: Record) -> Record | None:
    token = request.get("ClientToken")
    packages = versions(cloud, request["ModelPackageGroupName"]) if token else []
    return next((package for package in packages if package.get("ClientToken") == token), None)


def _register(cloud: Cloud, group: Record, request: Record) -> Record:
    key, version = group_key(group["ModelPackageGroupName"]), group["LastVersion"] + 1
    record = {
        "ModelApprovalStatus": "PendingManualApproval",
        **request,
        "ModelPackageGroupName": group["ModelPackageGroupName"],
        "ModelPackageVersion": version,
    }
    answer = _create(cloud, record, f"{key}/{version}")
    # A number is not given again after its version was deleted.
    cloud.store.update(GROUP, key, LastVersion=version)
    return answer


def _register_alone(cloud: Cloud, request: Record) -> Record:
    """A package without a group: it has neither a version nor an approval."""
    return _create(cloud, request, request["ModelPackageName"].lower())


def _create(cloud: Cloud, record: Record, name: str) -> Record:
    arn = records.arn(cloud, PACKAGE, name)
    complete = {
        **record,
        **_specification(cloud, record),
        "ModelPackageArn": arn,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": _NO_VALIDATION,
        "CreatedBy": {},
    }
    taken = ValidationException(f"ModelPackage already exists: {arn}")
    records.create(cloud, PACKAGE, _key_of(record), complete, taken)
    return {"ModelPackageArn": arn}


def _specification(cloud: Cloud, record: Record) -> Record:
    """InferenceSpecification as a field, with the versions of the artefacts, where there is one."""
    field = source.specification(cloud, record, find_package)
    return {
        name: {**value, "Containers": [_with_etag(cloud, one) for one in value["Containers"]]}
        for name, value in field.items()
    }


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
        name="Name",
        summary=_summary,
        shows=lambda package: approval in (None, package.get("ModelApprovalStatus")),
    )
    return {"ModelPackageSummaryList": found}


def _listed(cloud: Cloud, request: Record) -> list[Record]:
    group = request.get("ModelPackageGroupName")
    kind = request.get("ModelPackageType", "Versioned" if group else "Unversioned")
    found = versions(cloud, group) if group else cloud.store.list(PACKAGE)
    return [
        package | {"Name": package.get("ModelPackageName") or package["ModelPackageGroupName"]}
        for package in found
        if kind in ("Both", "Unversioned" if "ModelPackageName" in package else "Versioned")
    ]


def _summary(record: Record) -> Record:
    return records.pick(
        record,
        "ModelPackageName",
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
    if source.is_copied(request.get("SourceUri", "")):
        raise ValidationException(
            "SourceUri of a package can be changed in localcloud to a place that is no ARN alone"
        )
    with cloud.service(_Versions).lock:
        record = find_package(cloud, request["ModelPackageArn"])
        record |= records.pick(request, "ModelApprovalStatus", "ApprovalDescription", "SourceUri")
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
        drop_tags(cloud, record["ModelPackageArn"])
    return {}
