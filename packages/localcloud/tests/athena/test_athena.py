"""Athena of a running embedded AWS, through boto3."""

import io
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.feature_world import BUCKET, Client, clients, created
from worlds.waiting import until

LINKS = Path("ministack", "queries")
PLACE = {"OutputLocation": f"s3://{BUCKET}/athena"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server that was killed during a query."""
    folder: Path = tmp_path_factory.mktemp("cloud")
    (folder / LINKS / "left-behind").mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Any:
    with LocalCloud(data_dir=data_dir):
        made = clients(data_dir)
        made("s3").create_bucket(Bucket=BUCKET)
        created(made, "reviews")
        yield made


def finished(client: Client, sql: str) -> dict[str, Any]:
    athena = client("athena")
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "reviews"},
        ResultConfiguration=PLACE,
    )["QueryExecutionId"]
    execution: dict[str, Any] = until(
        lambda: athena.get_query_execution(QueryExecutionId=query)["QueryExecution"],
        lambda now: now["Status"]["State"] not in ("QUEUED", "RUNNING"),
    )
    return execution


def results(client: Client, execution: dict[str, Any]) -> list[list[str | None]]:
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    answer = client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = answer["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def file_of(client: Client, execution: dict[str, Any]) -> str:
    bucket, _, key = execution["ResultConfiguration"]["OutputLocation"][5:].partition("/")
    body: bytes = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body.decode()


def test_a_query_has_its_headings_in_the_answer_and_in_the_file(client: Client) -> None:
    done = finished(client, "SELECT count(*), map_agg('a', 1) FROM reviews")
    assert results(client, done) == [["_col0", "_col1"], ["0", None]]
    place = f"s3://{BUCKET}/athena/{done['QueryExecutionId']}.csv"
    assert done["ResultConfiguration"]["OutputLocation"] == place
    assert file_of(client, done).splitlines() == ["_col0,_col1", "0,"]


def test_what_the_catalog_answers_is_a_text_file_without_headings(client: Client) -> None:
    done = finished(client, "SHOW COLUMNS IN reviews.reviews")
    names = [(name or "").strip() for (name,) in results(client, done)]
    assert names[:3] == ["review_id", "event_time", "date"]
    assert done["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    assert [line.strip() for line in file_of(client, done).splitlines()] == names
    assert results(client, finished(client, "SHOW TABLES")) == [["reviews"]]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2"),
        (" ", "line 1:1: mismatched input '<EOF>'"),
        ("SELECT 1 + FROM reviews", "line 1:12: mismatched input 'FROM'"),
    ],
)
def test_a_text_that_is_no_statement_is_no_execution(
    client: Client, sql: str, message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        finished(client, sql)
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidRequestException", message)
    assert raised.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"


def test_an_execution_that_fails_says_why(client: Client) -> None:
    status = finished(client, "SELECT nothing FROM reviews")["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "FAILED",
        "COLUMN_NOT_FOUND: line 1:8: Column 'nothing' cannot be resolved",
    )


def test_values_are_a_query(client: Client) -> None:
    done = finished(client, "VALUES 1, 2")
    assert done["StatementType"] == "DML"
    assert results(client, done) == [["_col0"], ["1"], ["2"]]


def make_table(client: Client, name: str, columns: dict[str, str], file: pyarrow.Table) -> None:
    """A table of one Parquet file, with these columns in the catalog."""
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(file, buffer)
    client("s3").put_object(Bucket=BUCKET, Key=f"{name}/file.parquet", Body=buffer.getvalue())
    client("glue").create_table(
        DatabaseName="reviews",
        TableInput={
            "Name": name,
            "StorageDescriptor": {
                "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                "Location": f"s3://{BUCKET}/{name}/",
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde."
                    "ParquetHiveSerDe"
                },
            },
        },
    )


def test_a_column_that_no_file_has_yet_is_null(client: Client) -> None:
    make_table(client, "older", {"new": "bigint", "a": "bigint"}, pyarrow.table({"a": [1]}))
    done = finished(client, "SELECT * FROM older")
    assert results(client, done) == [["new", "a"], [None, "1"]]


def test_a_query_reads_its_files_by_links_in_the_data_folder_and_leaves_none(
    client: Client, data_dir: Path
) -> None:
    make_table(client, "linked", {"a": "bigint"}, pyarrow.table({"a": [1]}))
    assert results(client, finished(client, "SELECT a FROM linked")) == [["a"], ["1"]]
    assert list((data_dir / LINKS).iterdir()) == []


def test_the_primary_workgroup_has_the_members_that_awswrangler_reads(client: Client) -> None:
    found = client("athena").get_work_group(WorkGroup="primary")["WorkGroup"]["Configuration"]
    names = ("EnforceWorkGroupConfiguration", "PublishCloudWatchMetricsEnabled")
    assert [found[name] for name in (*names, "RequesterPaysEnabled")] == [False] * 3
