"""AWS::SageMaker::ModelPackageGroup of CloudFormation."""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, pick, refuse
from localcloud.core.tags import drop_tags, put_tags
from localcloud.http.constraints import check
from localcloud.http.wire import service_model
from localcloud.registry.group import (
    create_model_package_group,
    delete_model_package_group,
    find_group,
)


def create_from_template(cloud: Cloud, properties: Record) -> tuple[str, Record]:
    """Physical id (the ARN) and attributes; raises what the API raises."""
    refuse(properties, ["ModelPackageGroupPolicy"])
    operation = service_model("sagemaker").operation_model("CreateModelPackageGroup")
    check(properties, operation.input_shape)
    arn = create_model_package_group(cloud, properties)["ModelPackageGroupArn"]
    put_tags(cloud, arn, properties.get("Tags", []))
    return arn, _attributes(cloud, arn)


def update_from_template(cloud: Cloud, arn: str, old: Record, new: Record) -> tuple[str, Record]:
    """Only Tags change in place; AWS makes another group for anything else."""
    if {**old, "Tags": None} != {**new, "Tags": None}:
        raise ValueError(f"{arn}: localcloud replaces no group; only its Tags can be changed")
    drop_tags(cloud, arn)
    put_tags(cloud, arn, new.get("Tags", []))
    return arn, _attributes(cloud, arn)


def delete_from_template(cloud: Cloud, arn: str) -> None:
    """Does nothing if there is no group. Raises ConflictException for one with versions."""
    try:
        find_group(cloud, arn)
    except ValidationException:
        return
    delete_model_package_group(cloud, {"ModelPackageGroupName": arn})


def _attributes(cloud: Cloud, arn: str) -> Record:
    group = find_group(cloud, arn)
    names = ("ModelPackageGroupArn", "ModelPackageGroupStatus", "CreationTime")
    return {name: str(value) for name, value in pick(group, *names).items()}
