"""Operations on groups of model packages.

Refused, not ignored: managed configuration, other accounts' groups.
"""

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ConflictException, ValidationException
from localcloud.core.records import Record
from localcloud.core.tags import drop_tags

GROUP = "model-package-group"
PACKAGE = "model-package"


def group_key(name_or_arn: str) -> str:
    """A group's key: its name as in its ARN, so that two names that differ in case only are one."""
    return name_or_arn.rpartition("/")[2].lower()


def find_group(cloud: Cloud, name_or_arn: str) -> Record:
    """The record of a group by its name or ARN. Raises ValidationException."""
    key = group_key(name_or_arn)
    arn = records.arn(cloud, GROUP, key)
    return records.find(cloud, GROUP, key, f"ModelPackageGroup {arn} does not exist.")


def versions(cloud: Cloud, name_or_arn: str) -> list[Record]:
    """The model packages of a group, oldest first; none if there is no such group."""
    key = group_key(name_or_arn)
    return [
        package
        for package in cloud.store.list(PACKAGE)
        if group_key(package.get("ModelPackageGroupName", "")) == key
    ]


def create_model_package_group(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, ["ManagedConfiguration"])
    key = group_key(request["ModelPackageGroupName"])
    arn = records.arn(cloud, GROUP, key)
    record = {
        **request,
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreatedBy": {},
        "LastVersion": 0,
    }
    taken = ValidationException(f"Model Package Group already exists: {arn}")
    records.create(cloud, GROUP, key, record, taken)
    return {"ModelPackageGroupArn": arn}


def describe_model_package_group(cloud: Cloud, request: Record) -> Record:
    return find_group(cloud, request["ModelPackageGroupName"])


def list_model_package_groups(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, ["CrossAccountFilterOption"])

    found = records.select(
        cloud.store.list(GROUP),
        {"SortOrder": "Ascending", **request},
        name="ModelPackageGroupName",
        summary=records.picker(
            "ModelPackageGroupName",
            "ModelPackageGroupArn",
            "ModelPackageGroupDescription",
            "CreationTime",
            "ModelPackageGroupStatus",
        ),
    )
    return {"ModelPackageGroupSummaryList": found}


def delete_model_package_group(cloud: Cloud, request: Record) -> Record:
    record = find_group(cloud, request["ModelPackageGroupName"])
    arn = record["ModelPackageGroupArn"]
    if versions(cloud, arn):
        raise ConflictException(
            f"Model Package Group {arn} cannot be deleted as it still contains model packages."
        )
    cloud.store.delete(GROUP, group_key(arn))
    drop_tags(cloud, arn)
    return {}
