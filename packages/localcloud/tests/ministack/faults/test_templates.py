"""Faults as templates and the offline store see them."""

import json
from typing import Any

from localcloud.faults.fault import OFFLINE_STORE
from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World
from worlds.faulty_cloud import Clients
from worlds.waiting import until


def test_a_template_fails_with_cloudformations_words(cloud: LocalCloud, client: Clients) -> None:
    stacks = client("cloudformation")
    template = {"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}
    cloud.faults.add("error", "s3:CreateBucket")
    stacks.create_stack(StackName="faulty", TemplateBody=json.dumps(template))
    until(lambda: stacks.describe_stacks(StackName="faulty"), is_rolled_back)
    events = stacks.describe_stack_events(StackName="faulty")["StackEvents"]
    (reason,) = (
        event["ResourceStatusReason"]
        for event in events
        if event["ResourceStatus"] == "CREATE_FAILED"
    )
    assert reason.startswith(
        'Resource handler returned message: "We encountered an internal error. Please try again. '
        "(Service: S3, Status Code: 500, "
    )
    assert reason.endswith("HandlerErrorCode: ServiceInternalError)")


def is_rolled_back(described: dict[str, Any]) -> bool:
    return described["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"


def test_records_reach_the_offline_store_late(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    sagemaker, records = client("sagemaker"), client("sagemaker-featurestore-runtime")
    sagemaker.create_feature_group(
        FeatureGroupName="late",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="time",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "time", "FeatureType": "Fractional"},
        ],
        RoleArn=world.role,
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/late"}},
    )
    until(
        lambda: sagemaker.describe_feature_group(FeatureGroupName="late"),
        lambda group: group["FeatureGroupStatus"] == "Created",
    )
    cloud.faults.add("slow", OFFLINE_STORE, seconds=600)
    values = {"id": "1", "time": "1.5"}
    records.put_record(
        FeatureGroupName="late",
        Record=[{"FeatureName": key, "ValueAsString": value} for key, value in values.items()],
    )
    assert until(lambda: cloud.faults.list()[0]["injected"])
    assert not has_files(client("s3"))
    cloud.faults.clear()
    assert until(lambda: has_files(client("s3")))


def has_files(s3: Any) -> bool:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="late/").get("Contents", [])
    return any(entry["Key"].endswith(".parquet") for entry in found)
