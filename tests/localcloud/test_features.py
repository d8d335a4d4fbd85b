"""The Feature Store through boto3 and the SageMaker SDK, unmodified."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud

BUCKET = "feature-tests"
TIME = "2026-01-02T03:04:05.678Z"
DEFINITIONS = [
    {"FeatureName": "review_id", "FeatureType": "String"},
    {"FeatureName": "date", "FeatureType": "String"},
    {"FeatureName": "label_id", "FeatureType": "Integral"},
]
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> Client:
    def make(service: str) -> Any:
        return boto3.session.Session().client(
            service, endpoint_url=cloud.endpoint_url, region_name="us-east-1"
        )

    make("s3").create_bucket(Bucket=BUCKET)
    return make


def create_group(client: Client, name: str, **changes: Any) -> str:
    client("sagemaker").create_feature_group(
        **{
            "FeatureGroupName": name,
            "RecordIdentifierFeatureName": "review_id",
            "EventTimeFeatureName": "date",
            "FeatureDefinitions": DEFINITIONS,
            "OnlineStoreConfig": {"EnableOnlineStore": True},
            "OfflineStoreConfig": {
                "S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/store"},
                "DataCatalogConfig": {
                    "TableName": name.replace("-", "_"),
                    "Catalog": "AwsDataCatalog",
                    "Database": "reviews_tests",
                },
            },
            "RoleArn": "arn:aws:iam::000000000000:role/features",
            **changes,
        }
    )
    wait_until(lambda: status(client, name) != "Creating")
    assert status(client, name) == "Created"
    return name


def status(client: Client, name: str) -> str:
    description = client("sagemaker").describe_feature_group(FeatureGroupName=name)
    return str(description["FeatureGroupStatus"])


def wait_until(is_true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def record(review_id: str, label_id: str = "2", date: str = TIME) -> list[dict[str, str]]:
    values = {"review_id": review_id, "date": date, "label_id": label_id}
    return [{"FeatureName": name, "ValueAsString": value} for name, value in values.items()]


def query(client: Client, sql: str) -> str:
    athena = client("athena")
    execution = athena.start_query_execution(
        QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/athena/"}
    )["QueryExecutionId"]

    def state() -> str:
        found = athena.get_query_execution(QueryExecutionId=execution)
        return str(found["QueryExecution"]["Status"]["State"])

    wait_until(lambda: state() in ("SUCCEEDED", "FAILED"))
    assert state() == "SUCCEEDED"
    rows = athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"]
    return str(rows[1]["Data"][0]["VarCharValue"])


def test_the_online_store_keeps_the_latest_by_event_time(client: Client) -> None:
    name = create_group(client, "latest")
    runtime = client("sagemaker-featurestore-runtime")
    runtime.put_record(FeatureGroupName=name, Record=record("a", "1"))
    runtime.put_record(FeatureGroupName=name, Record=record("a", "0", date="2025-01-01T00:00:00Z"))
    found = runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="a")
    assert found["Record"] == record("a", "1")


def test_several_records_come_at_once(client: Client) -> None:
    name = create_group(client, "batch")
    runtime = client("sagemaker-featurestore-runtime")
    for review_id in ("a", "b"):
        runtime.put_record(FeatureGroupName=name, Record=record(review_id))
    found = runtime.batch_get_record(
        Identifiers=[
            {"FeatureGroupName": name, "RecordIdentifiersValueAsString": ["a", "b", "missing"]}
        ]
    )
    assert [row["RecordIdentifierValueAsString"] for row in found["Records"]] == ["a", "b"]
    assert found["Errors"] == []


def test_a_deleted_record_is_gone_online_and_marked_offline(client: Client) -> None:
    name = create_group(client, "deleted")
    runtime = client("sagemaker-featurestore-runtime")
    runtime.put_record(FeatureGroupName=name, Record=record("a"))
    runtime.delete_record(
        FeatureGroupName=name, RecordIdentifierValueAsString="a", EventTime="2026-02-01T00:00:00Z"
    )
    found = runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="a")
    assert "Record" not in found
    sql = 'SELECT COUNT(*) FROM "reviews_tests"."deleted" WHERE is_deleted'
    wait_until(lambda: query(client, sql) == "1")


def test_an_empty_offline_store_can_be_queried(client: Client) -> None:
    create_group(client, "nothing")
    table = '"reviews_tests"."nothing"'
    sql = f"SELECT COUNT(DISTINCT review_id) FROM {table} WHERE \"date\" = '{TIME}'"
    assert query(client, sql) == "0"


@pytest.fixture(scope="module")
def strict_group(client: Client) -> str:
    return create_group(client, "strict")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"label_id": "two"}, "Feature 'label_id' is Integral, not 'two'"),
        ({"date": "yesterday"}, "Event time 'date' is 'yesterday'; it must be yyyy-MM-dd"),
        ({"colour": "red"}, "Feature name 'colour' is not in the group's definitions"),
        ({"review_id": ""}, "RecordIdentifierFeatureName 'review_id' is missing"),
    ],
)
def test_a_wrong_record_is_refused_with_the_reason(
    client: Client, strict_group: str, changed: dict[str, str], message: str
) -> None:
    values = {"review_id": "a", "date": TIME, "label_id": "1"} | changed
    with pytest.raises(ClientError) as error:
        client("sagemaker-featurestore-runtime").put_record(
            FeatureGroupName=strict_group,
            Record=[{"FeatureName": key, "ValueAsString": text} for key, text in values.items()],
        )
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert message in error.value.response["Error"]["Message"]


def test_a_group_that_does_not_exist_is_not_found(client: Client) -> None:
    with pytest.raises(ClientError) as error:
        client("sagemaker").describe_feature_group(FeatureGroupName="nowhere")
    assert error.value.response["Error"]["Code"] == "ResourceNotFound"
    assert "named nowhere" in error.value.response["Error"]["Message"]


def test_a_name_is_taken_once(client: Client) -> None:
    create_group(client, "taken")
    with pytest.raises(ClientError) as error:
        create_group(client, "taken")
    assert error.value.response["Error"]["Code"] == "ResourceInUse"


def test_groups_come_in_pages(client: Client) -> None:
    for index in range(3):
        create_group(client, f"page-{index}")
    pages = (
        client("sagemaker")
        .get_paginator("list_feature_groups")
        .paginate(
            NameContains="page-",
            SortBy="Name",
            SortOrder="Ascending",
            PaginationConfig={"PageSize": 2},
        )
    )
    names = [
        [group["FeatureGroupName"] for group in page["FeatureGroupSummaries"]] for page in pages
    ]
    assert names == [["page-0", "page-1"], ["page-2"]]


def test_the_sdk_creates_ingests_and_queries(
    cloud: LocalCloud, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    import sagemaker
    from sagemaker.feature_store.feature_group import FeatureGroup

    session = sagemaker.Session(boto3.Session(region_name="us-east-1"), default_bucket=BUCKET)
    group = FeatureGroup(name="by-the-sdk", sagemaker_session=session)
    frame = pd.DataFrame(
        {"review_id": [f"r{i}" for i in range(200)], "date": [TIME] * 200, "label_id": range(200)}
    ).astype({"review_id": "string", "date": "string"})
    group.load_feature_definitions(data_frame=frame)
    group.create(
        s3_uri=f"s3://{BUCKET}/sdk",
        record_identifier_name="review_id",
        event_time_feature_name="date",
        role_arn="arn:aws:iam::000000000000:role/features",
        enable_online_store=True,
    )
    wait_until(lambda: group.describe()["FeatureGroupStatus"] == "Created")
    group.ingest(data_frame=frame, max_workers=2, wait=True)

    athena = group.athena_query()

    def count() -> int:
        athena.run(
            query_string=f'SELECT COUNT(*) AS n FROM "{athena.table_name}"',
            output_location=f"s3://{BUCKET}/athena/",
        )
        athena.wait()
        return int(athena.as_dataframe()["n"][0])

    wait_until(lambda: count() == 200)
