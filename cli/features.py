"""SQL on the offline feature store, by Athena."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.errors import QueryFailed
from cli.stack_outputs import StackOutputs

_POLL_SECONDS = 0.5
_UNFINISHED = ("QUEUED", "RUNNING")


@dataclass(frozen=True, kw_only=True)
class Table:
    """The result of a query; every value is text, as Athena sends it ("" for NULL)."""

    columns: list[str]
    rows: list[list[str]]


def counts_query(table: str) -> str:
    """Reviews by split and sentiment: the newest record of each review.

    The offline store keeps every version ever written, so a review ingested by two runs has two
    rows there; and a deleted one has a last row that says so.
    """
    return f"""\
SELECT split_type, sentiment, count(*) AS reviews
FROM (
    SELECT split_type, sentiment, is_deleted, row_number() OVER (
        PARTITION BY review_id ORDER BY "date" DESC, api_invocation_time DESC, write_time DESC
    ) AS age
    FROM "{table}"
) AS versions
WHERE age = 1 AND NOT is_deleted
GROUP BY split_type, sentiment
ORDER BY split_type, sentiment"""  # noqa: S608 - the table's name is a stack output


def query(
    athena: Any, outputs: StackOutputs, sql: str, *, sleep: Callable[[float], None] = time.sleep
) -> Table:
    """Runs one statement in the environment's workgroup; QueryFailed says Athena's reason."""
    query_id = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": outputs.glue_database},
        WorkGroup=outputs.athena_work_group,
    )["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        if status["State"] not in _UNFINISHED:
            break
        sleep(_POLL_SECONDS)
    if status["State"] != "SUCCEEDED":
        raise QueryFailed(f"Athena: {status.get('StateChangeReason', status['State'])}")
    return _read(athena, query_id)


def _read(athena: Any, query_id: str) -> Table:
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
    info = pages[0]["ResultSet"].get("ResultSetMetadata", {}).get("ColumnInfo", [])
    columns = [column["Name"] for column in info]
    rows = [
        [cell.get("VarCharValue", "") for cell in row["Data"]]
        for page in pages
        for row in page["ResultSet"]["Rows"]
    ]
    # Athena repeats the column names as the first row of a SELECT, but not of a SHOW or DESCRIBE.
    if rows and rows[0] == columns:
        rows = rows[1:]
    return Table(columns=columns, rows=rows)
