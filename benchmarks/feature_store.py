"""The embedded AWS's Feature Store: records in and out over HTTP, and Athena over a million rows.

Without a peer: moto 5.2.5 has CreateFeatureGroup and DescribeFeatureGroup, but no records.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pandas as pd

from benchmarks import record_clients
from contract.features import SCHEMA
from localcloud.core.cloud import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.features import parquet
from localcloud.features.spool import Row
from localcloud.server import LocalCloud

_PLAIN_CALLS, _BOTO_CALLS, _BATCH_CALLS, _BATCH = 2_500, 1_000, 100, 25  # of each client
_ROWS, _FILE_ROWS, _HOURS, _RUNS = 1_000_000, 50_000, 24, 3
_BUCKET = "feature-store-benchmark"
_START = 1_767_312_000  # 2026-01-02T00:00:00Z
_DEFINITIONS = [{"FeatureName": name, "FeatureType": kind} for name, kind in SCHEMA.types.items()]
_QUERIES = {
    "rows": "SELECT COUNT(*) FROM {table}",
    "reviews of a split": (
        "SELECT COUNT(DISTINCT review_id) FROM {table} WHERE split_type = 'train'"
    ),
    "mean stars by sentiment": (
        "SELECT sentiment, AVG(star_rating) FROM {table} GROUP BY sentiment"
    ),
    "latest versions by sentiment": (
        "SELECT sentiment, COUNT(*) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY review_id "
        'ORDER BY "date" DESC, api_invocation_time DESC, write_time DESC) AS version '
        "FROM {table}) WHERE version = 1 AND NOT is_deleted GROUP BY sentiment"
    ),
    "one review of an hour": (
        "SELECT review_body FROM {table} WHERE hour = '07' AND review_id = 'r7'"
    ),
}
Clients = Callable[[str], Any]


def measure(reviews: Path) -> None:
    """Prints calls/s of the runtime, then seconds of queries."""
    found = pd.read_csv(reviews)["Review Text"].dropna()
    texts = [" ".join(text.split()) for text in found]  # a value has no line breaks
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder) / "cloud") as cloud:
        clients = _clients(cloud)
        clients("s3").create_bucket(Bucket=_BUCKET)
        for group in ("plain", "boto3", "batches", "million"):
            _create(clients, group)
        _measure_calls(cloud, clients, texts)
        _measure_queries(clients, texts)


def _clients(cloud: LocalCloud) -> Clients:
    session = boto3.session.Session(
        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=REGION
    )
    return cache(lambda service: session.client(service, endpoint_url=cloud.endpoint_url))


def _create(clients: Clients, group: str) -> None:
    sagemaker = clients("sagemaker")
    sagemaker.create_feature_group(
        FeatureGroupName=group,
        RecordIdentifierFeatureName=SCHEMA.identifier.name,
        EventTimeFeatureName=SCHEMA.event_time.name,
        FeatureDefinitions=_DEFINITIONS,
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={
            "S3StorageConfig": {"S3Uri": f"s3://{_BUCKET}"},
            "DataCatalogConfig": {
                "Catalog": "AwsDataCatalog",
                "Database": "benchmark",
                "TableName": group,
            },
        },
    )
    while sagemaker.describe_feature_group(FeatureGroupName=group)["FeatureGroupStatus"] != (
        "Created"
    ):
        time.sleep(0.1)


# -- records -------------------------------------------------------------------------------------


def _measure_calls(cloud: LocalCloud, clients: Clients, texts: list[str]) -> None:
    def records(number: int) -> record_clients.Record:
        values = _values(texts, number)
        return [{"FeatureName": name, "ValueAsString": value} for name, value in values.items()]

    processes = record_clients.PROCESSES
    print(f"| {processes} clients | calls/s | records/s |\n| --- | --- | --- |")
    for name, client, group, calls, size in (
        ("PutRecord, sockets", record_clients.plain_put, "plain", _PLAIN_CALLS, 1),
        ("GetRecord, sockets", record_clients.plain_get, "plain", _PLAIN_CALLS, 1),
        ("PutRecord, boto3", record_clients.boto_put, "boto3", _BOTO_CALLS, 1),
        ("GetRecord, boto3", record_clients.boto_get, "boto3", _BOTO_CALLS, 1),
        (
            f"BatchWriteRecord of {_BATCH}, boto3",
            record_clients.boto_batches(_BATCH),
            "batches",
            _BATCH_CALLS,
            _BATCH,
        ),
    ):
        speed = record_clients.rate(client, cloud.endpoint_url, group, records, calls)
        print(f"| {name} | {speed:,.0f} | {speed * size:,.0f} |", flush=True)
        if client in (record_clients.plain_put, record_clients.boto_put):
            _wait(clients, group, processes * calls)
    _wait(clients, "batches", processes * _BATCH_CALLS * _BATCH)


def _values(texts: list[str], number: int) -> dict[str, str]:
    text, stars = texts[number % len(texts)], number % 5 + 1
    sentiment = (stars > 3) - (stars < 3)
    moment = time.gmtime(_START + number % _HOURS * 3600)
    return {
        SCHEMA.identifier.name: f"r{number}",
        SCHEMA.event_time.name: time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
        "sentiment": str(sentiment),
        "label_id": str(sentiment + 1),
        "star_rating": str(stars),
        # Tokens, by their look: a number for each word.
        "input_ids": " ".join(str(len(word) * 997 % 30_000) for word in text.split()),
        "review_body": text,
        "split_type": ("train", "train", "train", "validation", "test")[number % 5],
    }


def _wait(clients: Clients, table: str, rows: int) -> None:
    """Until the offline store has them all; more than were put would be an error."""
    started = time.perf_counter()
    while (found := int(_query(clients, table, _QUERIES["rows"])[0][0])) < rows:
        if time.perf_counter() - started > 120:
            raise RuntimeError(f"{table} has {found} rows of {rows}")
        time.sleep(0.2)
    if found > rows:
        raise RuntimeError(f"{table} has {found} rows, but {rows} were put")


# -- Athena --------------------------------------------------------------------------------------


def _measure_queries(clients: Clients, texts: list[str]) -> None:
    files = _fill(clients, texts)
    print(f"\n| query of {_ROWS:,} rows in {files} files | seconds |\n| --- | --- |")
    for name, sql in _QUERIES.items():
        seconds = statistics.median(_seconds(clients, sql) for _ in range(_RUNS))
        print(f"| {name} | {seconds:.2f} |", flush=True)


def _fill(clients: Clients, texts: list[str]) -> int:
    """With what the offline store's writer makes of the rows; returns how many files they are."""
    group = clients("sagemaker").describe_feature_group(FeatureGroupName="million")
    base = group["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    prefix, count = base.removeprefix(f"s3://{_BUCKET}/"), 0
    for start in range(0, _ROWS, _FILE_ROWS):
        rows = [
            Row(
                event_time=_START + number % _HOURS * 3600,
                invoked=time.time(),
                deleted=False,
                record=json.dumps(_values(texts, number)),
            )
            for number in range(start, start + _FILE_ROWS)
        ]
        for key, body in parquet.files(_DEFINITIONS, rows, f"{start:016x}"):
            clients("s3").put_object(Bucket=_BUCKET, Key=f"{prefix}/{key}", Body=body)
            count += 1
    return count


def _seconds(clients: Clients, sql: str) -> float:
    started = time.perf_counter()
    _query(clients, "million", sql)
    return time.perf_counter() - started


def _query(clients: Clients, table: str, sql: str) -> list[list[str]]:
    """From the start of the query until its results are here."""
    athena = clients("athena")
    query = athena.start_query_execution(
        QueryString=sql.format(table=f'"benchmark"."{table}"'),
        ResultConfiguration={"OutputLocation": f"s3://{_BUCKET}/athena/"},
    )["QueryExecutionId"]
    while True:
        found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if found["State"] == "FAILED":
            raise RuntimeError(found["StateChangeReason"])
        if found["State"] == "SUCCEEDED":
            break
        time.sleep(0.02)
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
    return [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows]
