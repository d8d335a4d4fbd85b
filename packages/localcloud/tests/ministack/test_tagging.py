"""SageMaker's resources in the tagging API and in Resource Groups, through boto3."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.server import LocalCloud
from worlds.feature_world import Client, clients

ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group"
OWN = {"Key": "project", "Values": ["reviews"]}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    with LocalCloud(data_dir=folder):
        made = clients(folder)
        for name, project in (("Ours", "reviews"), ("theirs", "orders")):
            made("sagemaker").create_model_package_group(
                ModelPackageGroupName=name, Tags=[{"Key": "project", "Value": project}]
            )
        made("sagemaker").create_model_package_group(ModelPackageGroupName="untagged")
        yield made


def found(client: Client, **filters: object) -> list[str]:
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**filters)
    return [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]


def test_resources_are_found_by_tag_and_type(client: Client) -> None:
    assert found(client, TagFilters=[OWN]) == [f"{ARN}/ours"]
    kinds = ["sagemaker:model-package-group"]
    assert found(client, ResourceTypeFilters=kinds) == [f"{ARN}/ours", f"{ARN}/theirs"]
    assert found(client, ResourceTypeFilters=["sagemaker:model"], TagFilters=[OWN]) == []


def test_tags_come_and_go_and_a_resource_that_is_not_there_is_a_failure(client: Client) -> None:
    tagging, arn, gone = client("resourcegroupstaggingapi"), f"{ARN}/untagged", f"{ARN}/gone"
    answer = tagging.tag_resources(ResourceARNList=[arn, gone], Tags={"stage": "test"})
    assert list(answer["FailedResourcesMap"]) == [gone]
    assert found(client, TagFilters=[{"Key": "stage"}]) == [arn]
    assert client("sagemaker").list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "stage", "Value": "test"}
    ]
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["stage"])
    assert found(client, TagFilters=[{"Key": "stage"}]) == []


@pytest.mark.parametrize(
    ("kind", "arns"),
    [
        ("AWS::AllSupported", [f"{ARN}/ours"]),
        ("AWS::SageMaker::ModelPackageGroup", [f"{ARN}/ours"]),
        ("AWS::SageMaker::Model", []),
    ],
)
def test_resource_groups_search_by_tag(client: Client, kind: str, arns: list[str]) -> None:
    groups = client("resource-groups")
    text = json.dumps({"ResourceTypeFilters": [kind], "TagFilters": [OWN]})
    query = {"Type": "TAG_FILTERS_1_0", "Query": text}
    identifiers = groups.search_resources(ResourceQuery=query)["ResourceIdentifiers"]
    assert [one["ResourceArn"] for one in identifiers] == arns
    assert {one["ResourceType"] for one in identifiers} <= {"AWS::SageMaker::ModelPackageGroup"}
    name = f"of-{kind.rpartition(':')[2]}"
    groups.create_group(Name=name, ResourceQuery=query)
    members = groups.list_group_resources(Group=name)["ResourceIdentifiers"]
    assert [one["ResourceArn"] for one in members] == arns
