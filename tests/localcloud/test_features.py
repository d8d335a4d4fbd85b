"""The Feature Store through real boto3 clients, and its offline store through Athena."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from tests.waiting import until

BUCKET, GROUP, TABLE = "features-test", "reviews-local", "reviews_local"
DAY = "2026-01-02"
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        session = boto3.session.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )

        def make(service: str) -> Any:
            return session.client(service, endpoint_url=cloud.endpoint_url)

        make("s3").create_bucket(Bucket=BUCKET)
        yield make


def definition(name: str, kind: str = "String") -> dict[str, str]:
    return {"FeatureName": name, "FeatureType": kind}


def request(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "review_id",
        "EventTimeFeatureName": "event_time",
        "FeatureDefinitions": [
            definition("review_id"),
            definition("event_time"),
            definition("date"),
            definition("sentiment", "Integral"),
            definition("score", "Fractional"),
        ],
        "RoleArn": "arn:aws:iam::000000000000:role/features",
        "OnlineStoreConfig": {"EnableOnlineStore": True},
        "OfflineStoreConfig": {
            "S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/feature-store/"},
            "DataCatalogConfig": {
                "Catalog": "AwsDataCatalog",
                "Database": name.replace("-", "_"),
                "TableName": name.replace("-", "_"),
            },
        },
        **changes,
    }


def created(client: Client, name: str, **changes: Any) -> dict[str, Any]:
    sagemaker = client("sagemaker")
    sagemaker.create_feature_group(**request(name, **changes))
    group: dict[str, Any] = until(
        lambda: sagemaker.describe_feature_group(FeatureGroupName=name),
        lambda group: group["FeatureGroupStatus"] != "Creating",
    )
    assert group["FeatureGroupStatus"] != "Creating"
    return group


def record(identity: str, *, hour: int = 3, **changes: str) -> list[dict[str, str]]:
    values = {
        "review_id": identity,
        "event_time": f"2026-01-02T{hour:02}:04:05.678Z",
        "date": DAY,
        "sentiment": "1",
        "score": "0.5",
    } | changes
    return [{"FeatureName": key, "ValueAsString": value} for key, value in values.items()]


def put(client: Client, name: str, items: list[dict[str, str]]) -> None:
    client("sagemaker-featurestore-runtime").put_record(FeatureGroupName=name, Record=items)


def query(client: Client, sql: str) -> list[list[str | None]]:
    athena = client("athena")
    started = athena.start_query_execution(
        QueryString=sql,
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/athena/"},
    )["QueryExecutionId"]
    status = until(
        lambda: athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"],
        lambda status: status["State"] not in ("QUEUED", "RUNNING"),
    )
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows[1:]]


def count(client: Client, table: str) -> int:
    sql = f'SELECT COUNT(DISTINCT review_id) FROM "{table}"."{table}" WHERE "date" = \'{DAY}\''
    return int(query(client, sql)[0][0] or 0)


def wait_for_count(client: Client, table: str, wanted: int) -> int:
    return until(lambda: count(client, table), lambda found: found >= wanted, pause=0.25)


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


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
    assert "/year=2026/month=01/day=02/hour=04" in {key.rpartition("/")[0] for key in keys}
    rows = query(
        client,
        f'SELECT sentiment, score, is_deleted, "hour" FROM "{TABLE}"."{TABLE}" '
        "WHERE review_id = 'b4'",
    )
    assert rows == [["1", "0.5", "false", "04"]]


def test_the_latest_event_time_wins_online(client: Client) -> None:
    name = "latest"
    created(client, name)
    runtime = client("sagemaker-featurestore-runtime")
    put(client, name, record("a", hour=9, sentiment="1"))
    put(client, name, record("a", hour=8, sentiment="-1"))
    found = runtime.get_record(
        FeatureGroupName=name, RecordIdentifierValueAsString="a", FeatureNames=["sentiment"]
    )
    assert found["Record"] == [{"FeatureName": "sentiment", "ValueAsString": "1"}]


def test_a_late_delete_leaves_the_newer_record(client: Client) -> None:
    name = "late-delete"
    created(client, name)
    runtime = client("sagemaker-featurestore-runtime")
    put(client, name, record("a", hour=9))
    for mode in ("SoftDelete", "HardDelete"):
        runtime.delete_record(
            FeatureGroupName=name,
            RecordIdentifierValueAsString="a",
            EventTime="2026-01-02T01:00:00Z",
            DeletionMode=mode,
        )
        assert "Record" in runtime.get_record(
            FeatureGroupName=name, RecordIdentifierValueAsString="a"
        ), mode


@pytest.mark.parametrize("mode", ["SoftDelete", "HardDelete"])
def test_a_deleted_record_is_gone_from_get_and_batch_get(client: Client, mode: str) -> None:
    name = f"deleted-{mode.lower()}"
    created(client, name)
    runtime = client("sagemaker-featurestore-runtime")
    put(client, name, record("a"))
    put(client, name, record("b"))
    runtime.delete_record(
        FeatureGroupName=name,
        RecordIdentifierValueAsString="a",
        EventTime="2026-01-03T00:00:00Z",
        DeletionMode=mode,
    )
    answer = runtime.batch_get_record(
        Identifiers=[{"FeatureGroupName": name, "RecordIdentifiersValueAsString": ["a", "b"]}]
    )
    assert [item["RecordIdentifierValueAsString"] for item in answer["Records"]] == ["b"]
    assert "Record" not in runtime.get_record(
        FeatureGroupName=name, RecordIdentifierValueAsString="a"
    )


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
        assert error(raised)[0] == "ValidationException", bad
    sql = 'SELECT review_id, "hour" FROM "fractional"."fractional"'
    assert until(lambda: query(client, sql), pause=0.25) == [["a", "03"]]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sentiment": "1.5"}, "sentiment"),
        ({"score": "many"}, "score"),
        ({"event_time": "2026-01-02 03:04:05"}, "yyyy-MM-dd"),
        ({"unknown": "1"}, "unknown"),
        ({"review_id": ""}, "review_id"),
    ],
)
def test_a_bad_value_is_refused(client: Client, changes: dict[str, str], part: str) -> None:
    name = "strict"
    if not client("sagemaker").list_feature_groups(NameContains=name)["FeatureGroupSummaries"]:
        created(client, name)
    with pytest.raises(ClientError) as raised:
        put(client, name, record("a", **changes))
    code, message = error(raised)
    assert code == "ValidationException"
    assert part in message


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
    name = "grown"
    created(client, name)
    client("sagemaker").update_feature_group(
        FeatureGroupName=name, FeatureAdditions=[definition("language")]
    )
    put(client, name, record("a", language="en"))
    assert wait_for_count(client, name, 1) == 1
    assert query(client, 'SELECT language FROM "grown"."grown"') == [["en"]]


def test_a_missing_identifier_is_refused(client: Client) -> None:
    with pytest.raises(ClientError) as raised:
        client("sagemaker").create_feature_group(
            **request("wrong", RecordIdentifierFeatureName="absent")
        )
    code, message = error(raised)
    assert code == "ValidationException"
    assert "absent" in message


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


def test_every_acknowledged_record_survives_a_stop(tmp_path: Path) -> None:
    session = boto3.session.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    )
    for start in range(2):
        with LocalCloud(data_dir=tmp_path / "cloud") as cloud:
            url = cloud.endpoint_url

            def make(service: str, url: str = url) -> Any:
                return session.client(service, endpoint_url=url)

            if start == 0:
                make("s3").create_bucket(Bucket=BUCKET)
                created(make, GROUP)
                for number in range(20):
                    put(make, GROUP, record(str(number)))
            else:
                assert wait_for_count(make, TABLE, 20) == 20
