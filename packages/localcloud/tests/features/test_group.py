"""The Feature Store through real boto3 clients, and its offline store through Athena."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.errors import error
from worlds.feature_world import (
    BUCKET,
    DEFINITIONS,
    Client,
    clients,
    count,
    created,
    definition,
    put,
    query,
    record,
    request,
    wait_for_count,
)
from worlds.waiting import until

GROUP, TABLE = "reviews-local", "reviews_local"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        make = clients(cloud.data_dir)
        make("s3").create_bucket(Bucket=BUCKET)
        yield make


def test_athena_counts_zero_one_and_many_nested_files(client: Client) -> None:
    group = created(client, GROUP)
    assert group["FeatureGroupStatus"] == "Created", group.get("FailureReason")
    assert count(client, TABLE) == 0
    put(client, GROUP, record("a"))
    assert wait_for_count(client, TABLE, 1) == 1
    for number in range(5):
        put(client, GROUP, record(f"b{number}", hour=number))
    assert wait_for_count(client, TABLE, 6) == 6
    prefix = group["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    prefix = prefix.removeprefix(f"s3://{BUCKET}/")
    keys = [
        item["Key"].removeprefix(prefix)
        for item in client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    ]
    assert f"/offline-store/{GROUP}-" in prefix
    assert "/year=2026/month=01/day=02/hour=04" in {key.rpartition("/")[0] for key in keys}
    rows = query(
        client,
        f'SELECT sentiment, score, is_deleted, "hour" FROM "{TABLE}"."{TABLE}" '
        "WHERE review_id = 'b4'",
    )
    assert rows == [["1", "0.5", "false", "04"]]


def test_fractional_event_times_are_epoch_seconds(client: Client) -> None:
    name = "fractional"
    definitions = [definition("review_id"), definition("event_time", "Fractional")]
    created(client, name, FeatureDefinitions=definitions)
    moment = datetime(2026, 1, 2, 3, tzinfo=UTC).timestamp()
    good = record("a", event_time=str(moment))[:2]
    put(client, name, good)
    for bad in ("nan", "inf", "1e300"):
        with pytest.raises(ClientError) as raised:
            put(client, name, record("b", event_time=bad)[:2])
        code, message = error(raised)
        assert code == "ValidationError", bad
        assert "must be seconds since the epoch" in message
    sql = 'SELECT review_id, "hour" FROM "fractional"."fractional"'
    assert until(lambda: query(client, sql), pause=0.25) == [["a", "03"]]


def test_a_name_can_be_taken_once_and_the_catalogue_outlives_the_group(client: Client) -> None:
    name = "once"
    created(client, name)
    with pytest.raises(ClientError) as raised:
        client("sagemaker").create_feature_group(**request(name))
    assert error(raised)[0] == "ResourceInUse"
    client("sagemaker").delete_feature_group(FeatureGroupName=name)
    assert client("glue").get_table(DatabaseName=name, Name=name)["Table"]["Name"] == name
    with pytest.raises(ClientError) as raised:
        client("sagemaker").describe_feature_group(FeatureGroupName=name)
    assert error(raised)[0] == "ResourceNotFound"


def test_records_acknowledged_before_a_deletion_reach_the_offline_store(client: Client) -> None:
    name = "farewell"
    created(client, name)
    put(client, name, record("a"))
    client("sagemaker").delete_feature_group(FeatureGroupName=name)
    assert wait_for_count(client, name, 1) == 1


def test_an_added_feature_can_be_written_and_queried(client: Client) -> None:
    """Files from before the feature was added have none of it."""
    name, sql = "grown", 'SELECT review_id, language FROM "grown"."grown" ORDER BY review_id'
    created(client, name)
    put(client, name, record("a"))
    assert wait_for_count(client, name, 1) == 1
    client("sagemaker").update_feature_group(
        FeatureGroupName=name, FeatureAdditions=[definition("language")]
    )
    group = client("sagemaker").describe_feature_group(FeatureGroupName=name)
    assert group["LastUpdateStatus"] == {"Status": "Successful"}
    assert query(client, sql) == [["a", None]]
    put(client, name, record("b", language="en"))
    assert wait_for_count(client, name, 2) == 2
    assert query(client, sql) == [["a", None], ["b", "en"]]
    assert query(client, 'SELECT * FROM "grown"."grown" WHERE review_id = \'x\'') == []


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"RecordIdentifierFeatureName": "absent"}, "'absent' is not in FeatureDefinitions"),
        ({"EventTimeFeatureName": "sentiment"}, "is Integral; it must be String or Fractional"),
        (
            {"OnlineStoreConfig": {"EnableOnlineStore": True, "TtlDuration": {"Unit": "Days"}}},
            "TtlDuration needs both Unit and Value",
        ),
        (
            {"OnlineStoreConfig": {"EnableOnlineStore": True, "StorageType": "InMemory"}},
            "OnlineStoreConfig.StorageType is not supported",
        ),
        (
            {"FeatureDefinitions": [*DEFINITIONS, {**definition("all"), "CollectionType": "List"}]},
            "FeatureDefinitions.CollectionType is not supported",
        ),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    client: Client, changes: dict[str, Any], part: str
) -> None:
    with pytest.raises(ClientError) as raised:
        client("sagemaker").create_feature_group(**request("wrong", **changes))
    code, message = error(raised)
    assert code == "ValidationException"
    assert part in message


def test_groups_are_listed_by_status_and_page(client: Client) -> None:
    for number in range(3):
        created(client, f"page-{number}")
    pages = (
        client("sagemaker")
        .get_paginator("list_feature_groups")
        .paginate(
            NameContains="page-",
            FeatureGroupStatusEquals="Created",
            OfflineStoreStatusEquals="Active",
            SortBy="Name",
            SortOrder="Ascending",
            PaginationConfig={"PageSize": 2},
        )
    )
    names = [group["FeatureGroupName"] for page in pages for group in page["FeatureGroupSummaries"]]
    assert names == ["page-0", "page-1", "page-2"]
    blocked = client("sagemaker").list_feature_groups(OfflineStoreStatusEquals="Blocked")
    assert blocked["FeatureGroupSummaries"] == []


def test_a_glue_failure_is_the_failure_reason(client: Client) -> None:
    name = "clash"
    client("glue").create_database(DatabaseInput={"Name": name})
    client("glue").create_table(DatabaseName=name, TableInput={"Name": name})
    group = created(client, name)
    assert group["FeatureGroupStatus"] == "CreateFailed"
    assert name in group["FailureReason"]


def test_cloudformation_makes_a_group_that_is_ready_and_deletes_it(client: Client) -> None:
    name = "by-template"
    template = {
        "Resources": {
            "Group": {"Type": "AWS::SageMaker::FeatureGroup", "Properties": request(name)}
        },
        "Outputs": {"Group": {"Value": {"Ref": "Group"}}},
    }
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert [output["OutputValue"] for output in stack["Outputs"]] == [name]
    put(client, name, record("a"))
    assert wait_for_count(client, "by_template", 1) == 1
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    with pytest.raises(ClientError) as raised:
        client("sagemaker").describe_feature_group(FeatureGroupName=name)
    assert error(raised)[0] == "ResourceNotFound"


def test_deletions_and_ends_are_rows_of_the_offline_store(client: Client) -> None:
    name, runtime = "markers", client("sagemaker-featurestore-runtime")
    created(client, name)
    put(client, name, record("a"))
    runtime.delete_record(
        FeatureGroupName=name, RecordIdentifierValueAsString="a", EventTime="2026-01-03T00:00:00Z"
    )
    runtime.put_record(
        FeatureGroupName=name,
        Record=record("b", event_time="2026-01-02T03:04:05Z"),
        TtlDuration={"Unit": "Days", "Value": 1},
    )
    sql = 'SELECT review_id, event_time, sentiment, "day" FROM "markers"."markers" WHERE is_deleted'
    assert until(lambda: sorted(query(client, sql)), lambda rows: len(rows) == 2, pause=0.25) == [
        ["a", "2026-01-03T00:00:00Z", None, "03"],
        ["b", "2026-01-03T03:04:05Z", None, "03"],
    ]
    sql = 'SELECT COUNT(*), COUNT(write_time), COUNT(api_invocation_time) FROM "markers"."markers"'
    assert query(client, sql) == [["4", "4", "4"]]
