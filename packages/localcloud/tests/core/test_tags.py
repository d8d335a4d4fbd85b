"""Tags of resources of every kind, through a real boto3 client."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.core.cloud import Cloud
from worlds.wire_client import client_of, new_cloud

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
KINDS = {
    "processing-job": "ProcessingJob",
    "training-job": "TrainingJob",
    "transform-job": "TransformJob",
    "model": "Model",
    "endpoint-config": "EndpointConfig",
    "endpoint": "Endpoint",
    "feature-group": "FeatureGroup",
    "model-package-group": "ModelPackageGroup",
    "model-package": "ModelPackage",
    "experiment": "Experiment",
    "artifact": "Artifact",
    "action": "Action",
    "context": "Context",
    "experiment-trial": "Trial",
    "experiment-trial-component": "TrialComponent",
}
TAGS = [{"Key": "environment", "Value": "local"}, {"Key": "team", "Value": "blue"}]


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return new_cloud(tmp_path)


@pytest.mark.parametrize(("kind", "noun"), KINDS.items())
def test_a_resource_of_any_kind_is_tagged(cloud: Cloud, kind: str, noun: str) -> None:
    client, arn = client_of(cloud), f"{ARN}:{kind}/one"
    cloud.store.put(kind, "One", {f"{noun}Arn": arn})
    assert client.add_tags(ResourceArn=arn, Tags=TAGS)["Tags"] == TAGS
    client.add_tags(ResourceArn=f"{ARN}:{kind}/One", Tags=[{"Key": "team", "Value": "red"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["environment", "never there"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "red"}]


def test_what_does_not_exist_has_no_tags(cloud: Cloud) -> None:
    client, arn = client_of(cloud), f"{ARN}:model/none"
    calls: list[tuple[Any, dict[str, Any]]] = [
        (client.add_tags, {"Tags": TAGS}),
        (client.list_tags, {}),
        (client.delete_tags, {"TagKeys": ["team"]}),
    ]
    for call, request in calls:
        with pytest.raises(ClientError) as raised:
            call(ResourceArn=arn, **request)
        error = raised.value.response["Error"]
        assert error["Code"] == "ValidationException"
        assert error["Message"] == f"Could not find resource {arn}."


def test_a_new_resource_does_not_inherit_the_tags_of_one_that_had_its_name(cloud: Cloud) -> None:
    client = client_of(cloud)
    arn = client.create_experiment(ExperimentName="e", Tags=TAGS)["ExperimentArn"]
    client.delete_experiment(ExperimentName="e")
    client.create_experiment(ExperimentName="e")
    assert client.list_tags(ResourceArn=arn)["Tags"] == []


def test_tags_come_in_pages(cloud: Cloud) -> None:
    client = client_of(cloud)
    arn = client.create_experiment(ExperimentName="e")["ExperimentArn"]
    keys = [f"key-{number:02}" for number in range(60)]
    for part in (keys[:50], keys[50:]):
        client.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": ""} for key in part])
    pages = list(client.get_paginator("list_tags").paginate(ResourceArn=arn))
    assert [len(page["Tags"]) for page in pages] == [50, 10]
    assert [tag["Key"] for page in pages for tag in page["Tags"]] == keys
