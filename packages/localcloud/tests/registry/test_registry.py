"""The model registry through a real boto3 client."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, INFERENCE, World

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


@dataclass
class Registry:
    """SageMaker's client, and what is needed to register a version."""

    client: Any
    artefact: str

    def group(self, name: str) -> str:
        self.client.create_model_package_group(ModelPackageGroupName=name)
        return name

    def register(self, group: str, **changes: Any) -> str:
        container = {"Image": INFERENCE, "ModelDataUrl": self.artefact, "Environment": {"A": "1"}}
        request = {
            "ModelPackageGroupName": group,
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            **changes,
        }
        arn: str = self.client.create_model_package(**request)["ModelPackageArn"]
        return arn


@pytest.fixture(scope="module")
def registry(world: World) -> Registry:
    return Registry(world.sagemaker, world.upload("model.tar.gz", "weights"))


def test_a_group_is_described_and_listed_until_it_is_deleted(registry: Registry) -> None:
    sagemaker, name = registry.client, "Listed-Group"
    arn = sagemaker.create_model_package_group(
        ModelPackageGroupName=name,
        ModelPackageGroupDescription="of reviews",
        Tags=[{"Key": "team", "Value": "blue"}],
    )["ModelPackageGroupArn"]
    assert arn == f"{ARN}:model-package-group/listed-group"
    group = sagemaker.describe_model_package_group(ModelPackageGroupName=arn)
    assert group["ModelPackageGroupName"] == name
    assert group["ModelPackageGroupStatus"] == "Completed"
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    (listed,) = sagemaker.list_model_package_groups(NameContains="Listed", MaxResults=100)[
        "ModelPackageGroupSummaryList"
    ]
    assert listed["ModelPackageGroupDescription"] == "of reviews"
    with pytest.raises(ClientError) as raised:
        sagemaker.create_model_package_group(ModelPackageGroupName=name)
    assert error(raised) == ("ValidationException", f"Model Package Group already exists: {arn}")
    sagemaker.delete_model_package_group(ModelPackageGroupName=name)
    with pytest.raises(ClientError) as raised:
        sagemaker.describe_model_package_group(ModelPackageGroupName=name)
    assert error(raised) == ("ValidationException", f"ModelPackageGroup {arn} does not exist.")
    registry.group(name)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_a_version_is_described_as_it_was_registered(world: World, registry: Registry) -> None:
    group = registry.group("described")
    metrics = {
        "ModelQuality": {
            "Statistics": {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/e.json"}
        }
    }
    arn = registry.register(
        group,
        ModelPackageDescription="passed the gate",
        ModelApprovalStatus="Approved",
        ModelMetrics=metrics,
        CustomerMetadataProperties={"accuracy": "0.7"},
        Domain="NATURAL_LANGUAGE_PROCESSING",
        Task="CLASSIFICATION",
    )
    assert arn == f"{ARN}:model-package/described/1"
    package = registry.client.describe_model_package(ModelPackageName=arn)
    assert package["ModelPackageVersion"] == 1
    assert package["ModelPackageGroupName"] == group
    assert package["ModelPackageStatus"] == "Completed"
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ModelMetrics"] == metrics
    assert package["CustomerMetadataProperties"] == {"accuracy": "0.7"}
    assert (package["Domain"], package["Task"]) == (
        "NATURAL_LANGUAGE_PROCESSING",
        "CLASSIFICATION",
    )
    (container,) = package["InferenceSpecification"]["Containers"]
    etag = world.client("s3").head_object(Bucket=BUCKET, Key="model.tar.gz")["ETag"]
    assert container["ModelDataETag"] == etag.strip('"')


def test_the_same_token_registers_once(registry: Registry) -> None:
    group = registry.group("tokens")
    first = registry.register(group, ClientToken="once")
    assert registry.register(group, ClientToken="once") == first
    assert registry.register(group, ClientToken="twice") == f"{ARN}:model-package/tokens/2"


def test_the_number_of_a_deleted_version_is_not_given_again(registry: Registry) -> None:
    group, sagemaker = registry.group("numbers"), registry.client
    arn = registry.register(group)
    sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError) as raised:
        sagemaker.describe_model_package(ModelPackageName=arn)
    assert error(raised) == ("ValidationException", f"ModelPackage {arn} does not exist.")
    assert registry.register(group).endswith("/numbers/2")


def test_versions_are_listed_by_approval_and_in_pages(registry: Registry) -> None:
    group, sagemaker = registry.group("pages"), registry.client
    for status in ("Approved", "Rejected", "Approved"):
        registry.register(group, ModelApprovalStatus=status)
    rejected = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Rejected",
        SortBy="CreationTime",
        SortOrder="Descending",
        PaginationConfig={"PageSize": 1},
    )
    listed = [page["ModelPackageSummaryList"] for page in rejected]
    assert [[item["ModelPackageVersion"] for item in page] for page in listed] == [[], [2], []]
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, PaginationConfig={"PageSize": 2}
    )
    found = [
        item["ModelPackageVersion"] for page in pages for item in page["ModelPackageSummaryList"]
    ]
    assert found == [1, 2, 3]
    assert sagemaker.list_model_packages()["ModelPackageSummaryList"] == []  # the unversioned
    versioned = sagemaker.list_model_packages(
        ModelPackageType="Versioned", NameContains="page", MaxResults=100
    )
    assert len(versioned["ModelPackageSummaryList"]) == 3


def test_several_versions_are_described_at_once(registry: Registry) -> None:
    group = registry.group("several")
    arns = [registry.register(group) for _ in range(2)]
    missing = f"{ARN}:model-package/several/3"
    found = registry.client.batch_describe_model_package(ModelPackageArnList=[*arns, missing])
    packages = found["ModelPackageSummaries"]
    assert [packages[arn]["ModelPackageVersion"] for arn in arns] == [1, 2]
    assert packages[arns[0]]["InferenceSpecification"]["Containers"][0]["Image"] == INFERENCE
    assert found["BatchDescribeModelPackageErrorMap"] == {
        missing: {
            "ErrorCode": "ValidationException",
            "ErrorResponse": f"ModelPackage {missing} does not exist.",
        }
    }


def test_an_approval_is_recorded_with_its_reason_and_properties(registry: Registry) -> None:
    sagemaker = registry.client
    arn = registry.register(
        registry.group("approvals"),
        CustomerMetadataProperties={"kept": "1", "gone": "2"},
    )
    before = sagemaker.describe_model_package(ModelPackageName=arn)
    assert before["ModelApprovalStatus"] == "PendingManualApproval"
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Rejected",
        ApprovalDescription="too slow",
        CustomerMetadataProperties={"added": "3"},
        CustomerMetadataPropertiesToRemove=["gone", "never there"],
    )
    after = sagemaker.describe_model_package(ModelPackageName=arn)
    assert after["ModelApprovalStatus"] == "Rejected"
    assert after["ApprovalDescription"] == "too slow"
    assert after["CustomerMetadataProperties"] == {"kept": "1", "added": "3"}
    assert after["LastModifiedTime"] > before["LastModifiedTime"]


def test_a_group_with_versions_is_not_deleted(registry: Registry) -> None:
    group, sagemaker = registry.group("full"), registry.client
    arn = registry.register(group)
    with pytest.raises(ClientError) as raised:
        sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    assert error(raised) == (
        "ConflictException",
        f"Model Package Group {ARN}:model-package-group/full cannot be deleted as it still "
        "contains model packages.",
    )
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        (
            "elsewhere",
            {"ModelPackageGroupName": "nowhere"},
            f"ModelPackageGroup {ARN}:model-package-group/nowhere does not exist.",
        ),
        (
            "grouped",
            {"ModelPackageName": "alone"},
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use.",
        ),
        (
            "tagged",
            {"Tags": [{"Key": "a", "Value": "b"}]},
            "Tags cannot be supplied with ModelPackageGroupName: a version has those of its group",
        ),
        (
            "cloned",
            {"SourceUri": f"{ARN}:model/x"},
            "SourceUri and InferenceSpecification cannot be given together; a source that is no "
            "ARN is set by UpdateModelPackage",
        ),
        (
            "empty",
            {
                "InferenceSpecification": {
                    "Containers": [{"Image": INFERENCE, "ModelDataUrl": f"s3://{BUCKET}/none"}]
                }
            },
            f"Could not find model data at s3://{BUCKET}/none.",
        ),
    ],
)
def test_what_cannot_be_registered_is_refused(
    registry: Registry, name: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        registry.register(registry.group(name), **changes)
    assert error(raised) == ("ValidationException", message)


def test_cloudformation_makes_a_group_changes_its_tags_and_deletes_it(
    world: World, registry: Registry
) -> None:
    cloudformation, name = world.client("cloudformation"), "by-template"

    def template(team: str) -> str:
        properties = {
            "ModelPackageGroupName": name,
            "ModelPackageGroupDescription": "of reviews",
            "Tags": [{"Key": "team", "Value": team}],
        }
        group = {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": properties}
        outputs = {"Group": {"Value": {"Ref": "Group"}}}
        return json.dumps({"Resources": {"Group": group}, "Outputs": outputs})

    def wait(event: str) -> None:
        cloudformation.get_waiter(event).wait(
            StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
        )

    cloudformation.create_stack(StackName=name, TemplateBody=template("blue"))
    wait("stack_create_complete")
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    arn = f"{ARN}:model-package-group/{name}"
    assert [output["OutputValue"] for output in stack["Outputs"]] == [arn]
    cloudformation.update_stack(StackName=name, TemplateBody=template("red"))
    wait("stack_update_complete")
    tags = {tag["Key"]: tag["Value"] for tag in registry.client.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["team"] == "red"
    cloudformation.delete_stack(StackName=name)
    wait("stack_delete_complete")
    with pytest.raises(ClientError) as raised:
        registry.client.describe_model_package_group(ModelPackageGroupName=name)
    assert error(raised) == ("ValidationException", f"ModelPackageGroup {arn} does not exist.")
