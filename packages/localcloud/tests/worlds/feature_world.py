"""Feature groups in an embedded AWS, records in them, and what Athena sees of them."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3

from localcloud.core.address import Address
from worlds.waiting import until

BUCKET = "features-test"
DAY = "2026-01-02"
Client = Callable[..., Any]


def clients(data_dir: Path) -> Client:
    """One of each service, of the server of this folder."""
    session = boto3.session.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    )
    address = Address.read(data_dir)
    assert address
    return cache(partial(session.client, endpoint_url=address.endpoint_url))


def definition(name: str, kind: str = "String") -> dict[str, str]:
    return {"FeatureName": name, "FeatureType": kind}


DEFINITIONS = [
    definition("review_id"),
    definition("event_time"),
    definition("date"),
    definition("sentiment", "Integral"),
    definition("score", "Fractional"),
]


def request(name: str, **changes: Any) -> dict[str, Any]:
    """None takes away what a group has otherwise."""
    wish = {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "review_id",
        "EventTimeFeatureName": "event_time",
        "FeatureDefinitions": DEFINITIONS,
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
    return {field: value for field, value in wish.items() if value is not None}


def created(client: Client, name: str, **changes: Any) -> dict[str, Any]:
    sagemaker = client("sagemaker")
    sagemaker.create_feature_group(**request(name, **changes))
    group: dict[str, Any] = until(
        lambda: sagemaker.describe_feature_group(FeatureGroupName=name),
        lambda group: group["FeatureGroupStatus"] != "Creating",
    )
    assert group["FeatureGroupStatus"] != "Creating"
    return group


def online_group(client: Client, name: str, **changes: Any) -> Any:
    """Without an offline store, and so without S3 and Glue."""
    online = {"EnableOnlineStore": True, **changes}
    group = created(client, name, OnlineStoreConfig=online, OfflineStoreConfig=None)
    assert group["FeatureGroupStatus"] == "Created", group
    return client("sagemaker-featurestore-runtime")


def found(runtime: Any, name: str, identity: str, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = runtime.get_record(
        FeatureGroupName=name, RecordIdentifierValueAsString=identity, **options
    )
    return answer


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
