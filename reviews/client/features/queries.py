"""SQL queries on the offline feature store with Athena."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract.features import EVENT_TIME, REVIEW_ID, SCHEMA, SPLIT_TYPE
from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.errors import InvalidArgument, QueryFailed

_POLL_SECONDS = 0.5
_UNFINISHED = ("QUEUED", "RUNNING")


@dataclass(frozen=True, kw_only=True)
class Table:
    """The result of a query; every value is text, as Athena sends it ("" for NULL)."""

    columns: list[str]
    rows: list[list[str]]


def counts_query(table: str, feature: str) -> str:
    """SQL that counts the reviews, each by its newest record, by split and by `feature`, which has
    the class."""
    return f"""\
SELECT {SPLIT_TYPE}, {feature}, count(*) AS reviews
FROM (
{_newest(table, (SPLIT_TYPE.name, feature))}
)
GROUP BY {SPLIT_TYPE}, {feature}
ORDER BY {SPLIT_TYPE}, {feature}"""  # noqa: S608 - the table's name is a stack output


def dataset_query(table: str, *, at: datetime | None = None, split: str = "") -> str:
    """SQL for the features of each review as of an event time, by default now."""
    where = f" WHERE {SPLIT_TYPE} = '{split}'" if split else ""
    names = ", ".join(f'"{name}"' for name in SCHEMA.names)
    return f"""\
SELECT {names}
FROM (
{_newest(table, SCHEMA.names, at)}
){where}
ORDER BY {REVIEW_ID}"""  # noqa: S608 - the table's name is a stack output, the split one of three


def _newest(table: str, columns: Sequence[str], at: datetime | None = None) -> str:
    """SQL for the newest record of each review that is not deleted.

    The offline store has every record that was ever written, so a review that two runs ingested has
    two rows, and for a deleted one the newest row has is_deleted.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    until = f" WHERE \"{EVENT_TIME}\" <= '{_event_time(at)}'" if at else ""
    return f"""\
    SELECT {names} FROM (
        SELECT {names}, is_deleted, row_number() OVER (
            PARTITION BY {REVIEW_ID}
            ORDER BY "{EVENT_TIME}" DESC, api_invocation_time DESC, write_time DESC
        ) AS age
        FROM "{table}"{until}
    ) AS versions
    WHERE age = 1 AND NOT is_deleted"""  # noqa: S608 - as above


def _event_time(at: datetime) -> str:
    """The moment as lambdas/prepare writes it: ISO 8601 in UTC with three decimals, which sorts as
    text."""
    moment = at.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def query(
    athena: Any,
    outputs: StackOutputs,
    sql: str,
    *,
    limit: int | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Table:
    """Runs one statement in the environment's workgroup; with `limit` returns its first rows only.

    Raises QueryFailed with Athena's reason, and InvalidArgument for an empty statement, before
    Athena is called.
    """
    if not sql.strip():
        raise InvalidArgument("SQL: the query is empty")
    return _read(athena, _run(athena, outputs, sql, sleep)["QueryExecutionId"], limit)


def result_file(
    athena: Any, outputs: StackOutputs, sql: str, *, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Runs a SELECT and returns the s3:// URI of its result, a CSV, for results of many rows."""
    done = _run(athena, outputs, sql, sleep)
    return str(done["ResultConfiguration"]["OutputLocation"])


def _run(
    athena: Any, outputs: StackOutputs, sql: str, sleep: Callable[[float], None]
) -> dict[str, Any]:
    query_id = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": outputs.glue_database},
        WorkGroup=outputs.athena_work_group,
    )["QueryExecutionId"]
    while True:
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query_id)
        execution = found["QueryExecution"]
        status = execution["Status"]
        if status["State"] not in _UNFINISHED:
            break
        sleep(_POLL_SECONDS)
    if status["State"] != "SUCCEEDED":
        raise QueryFailed(f"Athena: {status.get('StateChangeReason', status['State'])}")
    return {"QueryExecutionId": query_id, **execution}


def _read(athena: Any, query_id: str, limit: int | None) -> Table:
    # One more row than the limit, since the first may be the names of the columns.
    config = {"PaginationConfig": {"MaxItems": limit + 1}} if limit else {}
    paginator = athena.get_paginator("get_query_results")
    pages = list(paginator.paginate(QueryExecutionId=query_id, **config))
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
    return Table(columns=columns, rows=rows[:limit])
