"""Stacks whose deletion failed, and what of them stays."""

import json
from typing import Any

import pytest

from worlds.execution_world import BUCKET, World

# Answers FAILED to Delete as long as the bucket has the object.
RELUCTANT = """
import json, urllib.request
import boto3

def handler(event, context):
    status = "SUCCESS"
    if event["RequestType"] == "Delete":
        place = {"Bucket": event["ResourceProperties"]["Bucket"], "Prefix": "reluctant/"}
        found = boto3.client("s3").list_objects_v2(**place)
        status = "FAILED" if found["KeyCount"] else "SUCCESS"
    body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body |= {"Status": status, "Reason": "reluctant", "PhysicalResourceId": "one"}
    urllib.request.urlopen(
        urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT")
    )
"""


def template(role: str) -> dict[str, Any]:
    """A custom resource, what it depends on, and a topic that nothing depends on."""
    function = {
        "Runtime": "python3.12",
        "Role": role,
        "Handler": "index.handler",
        "Code": {"ZipFile": RELUCTANT},
        "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
    }
    custom = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Bucket": BUCKET}
    return {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup"},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Custom": {"Type": "Custom::One", "Properties": custom, "DependsOn": ["Queue"]},
        }
    }


@pytest.fixture
def stacks(world: World) -> Any:
    return world.client("cloudformation")


def wait(stacks: Any, name: str, end: str) -> None:
    stacks.get_waiter(end).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def test_what_a_failed_custom_resource_depends_on_stays_until_it_is_gone(
    stacks: Any, world: World
) -> None:
    world.upload("reluctant/one", "x")
    stacks.create_stack(StackName="kept", TemplateBody=json.dumps(template(world.role)))
    wait(stacks, "kept", "stack_create_complete")
    stacks.delete_stack(StackName="kept")
    with pytest.raises(Exception, match="DELETE_FAILED"):
        wait(stacks, "kept", "stack_delete_complete")
    (stack,) = stacks.describe_stacks(StackName="kept")["Stacks"]
    assert stack["StackStatusReason"].endswith("failed to delete: [Custom].")
    left = stacks.describe_stack_resources(StackName="kept")["StackResources"]
    assert {item["LogicalResourceId"] for item in left} == {"Custom", "Function", "Logs", "Queue"}

    world.client("s3").delete_object(Bucket=BUCKET, Key="reluctant/one")
    stacks.delete_stack(StackName="kept")
    wait(stacks, "kept", "stack_delete_complete")
    names = [item["FunctionName"] for item in world.client("lambda").list_functions()["Functions"]]
    assert not [name for name in names if name.startswith("kept-")]


def test_a_feature_group_that_could_not_be_made_does_not_stand_in_the_way(
    stacks: Any, world: World
) -> None:
    """Its table was there already; without that it is made."""
    glue, name = world.client("glue"), "second"
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": name})
    catalog = {"Catalog": "AwsDataCatalog", "Database": name, "TableName": name}
    properties = {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "time",
        "FeatureDefinitions": [
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "time", "FeatureType": "String"},
        ],
        "RoleArn": world.role,
        "OfflineStoreConfig": {
            "S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/{name}"},
            "DataCatalogConfig": catalog,
        },
    }
    group = {"Type": "AWS::SageMaker::FeatureGroup", "Properties": properties}
    body = json.dumps({"Resources": {"Group": group}})
    stacks.create_stack(StackName="first-try", TemplateBody=body)
    with pytest.raises(Exception, match="ROLLBACK_COMPLETE"):
        wait(stacks, "first-try", "stack_create_complete")
    glue.delete_table(DatabaseName=name, Name=name)
    stacks.create_stack(StackName="second-try", TemplateBody=body)
    wait(stacks, "second-try", "stack_create_complete")


def test_a_bucket_has_the_tags_of_its_template(world: World, stacks: Any) -> None:
    properties = {"BucketName": "tagged", "Tags": [{"Key": "team", "Value": "reviews"}]}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    stacks.create_stack(StackName="tagged", TemplateBody=json.dumps({"Resources": {"B": bucket}}))
    wait(stacks, "tagged", "stack_create_complete")
    found = world.client("s3").get_bucket_tagging(Bucket="tagged")["TagSet"]
    assert {"Key": "team", "Value": "reviews"} in found
