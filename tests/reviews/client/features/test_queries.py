from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.errors import QueryFailed
from reviews.client.features.queries import Table, counts_query, dataset_query, query, result_file
from tests.fake_aws import FakeAws

OUTPUTS = StackOutputs(
    state_machine_arn="arn",
    data_bucket="data",
    artefact_bucket="artefacts",
    feature_group="group",
    endpoint_name="endpoint",
    athena_work_group="work",
    glue_database="database",
    glue_table="reviews_local",
    base_model="s3://data/base-models/model/",
)


class Athena(FakeAws):
    """Answers one query after one poll."""

    def __init__(self, state: str = "SUCCEEDED", header: bool = True) -> None:
        self.statuses = [{"State": "RUNNING"}, {"State": state, "StateChangeReason": "line 1:8"}]
        names = [["split_type", "reviews"]] if header else []
        self.rows = [*names, ["train", "8"], ["test", None]]

    def start_query_execution(self, **arguments: Any) -> dict[str, str]:
        self.arguments = arguments
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        place = {"OutputLocation": "s3://artefacts/athena/1.csv"}
        return {"QueryExecution": {"Status": self.statuses.pop(0), "ResultConfiguration": place}}

    def get_query_results(self, **_: Any) -> dict[str, Any]:
        cells = [
            [{} if cell is None else {"VarCharValue": cell} for cell in row] for row in self.rows
        ]
        info = [{"Name": "split_type", "Type": "varchar"}, {"Name": "reviews", "Type": "bigint"}]
        rows = [{"Data": row} for row in cells]
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": info}}}


@pytest.mark.parametrize("header", [True, False])
def test_the_result_has_rows_without_the_heading(header: bool) -> None:
    result = query(
        Athena(header=header).client("athena"), OUTPUTS, "SELECT 1", sleep=lambda _: None
    )
    assert result == Table(columns=["split_type", "reviews"], rows=[["train", "8"], ["test", ""]])


def test_the_query_runs_in_the_environments_own_workgroup() -> None:
    athena = Athena()
    query(athena.client("athena"), OUTPUTS, "SELECT 1", sleep=lambda _: None)
    assert athena.arguments["WorkGroup"] == "work"
    assert athena.arguments["QueryExecutionContext"] == {"Database": "database"}


def test_a_failed_query_says_athenas_reason() -> None:
    with pytest.raises(QueryFailed, match="line 1:8"):
        query(Athena(state="FAILED").client("athena"), OUTPUTS, "SELEKT", sleep=lambda _: None)


def test_a_large_result_is_a_file() -> None:
    found = result_file(Athena().client("athena"), OUTPUTS, "SELECT 1", sleep=lambda _: None)
    assert found == "s3://artefacts/athena/1.csv"


@pytest.fixture
def database() -> Any:
    """An offline store with several versions of its reviews."""
    made = duckdb.connect()
    made.execute(
        "CREATE TABLE reviews_local (review_id TEXT, split_type TEXT, sentiment INTEGER, "
        "label_id INTEGER, star_rating INTEGER, input_ids TEXT, review_body TEXT, "
        '"date" TEXT, api_invocation_time INTEGER, write_time INTEGER, is_deleted BOOLEAN)'
    )
    made.executemany(
        "INSERT INTO reviews_local VALUES (?, ?, ?, 0, 3, '[1]', 'text', ?, ?, ?, ?)",
        [
            ("a", "train", 1, "2026-01-01T00:00:00.000Z", 1, 1, False),
            ("a", "test", 1, "2026-01-02T00:00:00.000Z", 2, 2, False),  # a newer version of a
            ("b", "train", -1, "2026-01-01T00:00:00.000Z", 1, 1, False),
            ("b", "train", -1, "2026-01-01T00:00:00.000Z", 2, 2, True),  # b was deleted
            ("c", "train", 0, "2026-01-01T00:00:00.000Z", 1, 1, False),
        ],
    )
    return made


def test_counts_take_the_newest_version_of_each_review_that_is_not_deleted(database: Any) -> None:
    rows = database.execute(counts_query("reviews_local", "sentiment")).fetchall()
    assert rows == [("test", 1, 1), ("train", 0, 1)]


@pytest.mark.parametrize(
    ("at", "splits"),
    [
        (None, [("a", "test"), ("c", "train")]),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), [("a", "train"), ("c", "train")]),
        (datetime(2025, 12, 31, tzinfo=UTC), []),
    ],
)
def test_a_dataset_is_that_of_its_time(
    database: Any, at: datetime | None, splits: list[tuple[str, str]]
) -> None:
    found = database.execute(dataset_query("reviews_local", at=at))
    columns = [column[0] for column in found.description]
    rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    assert [(row["review_id"], row["split_type"]) for row in rows] == splits
    assert columns[:2] == ["review_id", "date"]
    assert "is_deleted" not in columns


def test_a_dataset_can_be_of_one_split(database: Any) -> None:
    found = database.execute(dataset_query("reviews_local", split="train")).fetchall()
    assert [row[0] for row in found] == ["c"]
