"""Tells whether the offline store has all rows that this run ingested; it may lag by minutes."""

import time
from typing import Any

import boto3

from contract import s3_keys
from contract.features import EVENT_TIME, REVIEW_ID
from shared import s3
from shared.environment import Environment
from shared.steps import Throttled, step

ENVIRONMENT = Environment.read()
S3 = boto3.client("s3")
ATHENA = boto3.client("athena")
_CATALOG = "AwsDataCatalog"  # Athena's name for the account's own catalog in Glue
_POLL_SECONDS = 0.5
_QUERY_SECONDS = 60


class QueryFailed(Exception):
    """Athena could not count the rows."""


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run = event["run"]
    expected = count_ingested(S3, run["features"])
    found = count_stored(ATHENA, ENVIRONMENT, run["event_time"])
    return {"ready": found >= expected, "expected": expected, "found": found}


def count_ingested(client: Any, features: str) -> int:
    """The rows that the hosts of the processing job say they ingested."""
    reports = s3.list_uris(client, f"{features}/{s3_keys.PREPARATION_REPORTS}")
    return sum(s3.read_json(client, uri)["ingested"] for uri in reports)


def count_stored(client: Any, environment: Environment, event_time: str) -> int:
    """This run's rows in the offline store. Raises QueryFailed, or Throttled if Athena says that
    the same query may succeed.

    Athena looks at the query's database whatever the statement names; without one that is
    `default`, on which the function has no say. AWS's own SDK sends both names, too (AthenaQuery
    in sagemaker 2.257, feature_store/feature_group.py).
    """
    sql = (
        f'SELECT COUNT(DISTINCT {REVIEW_ID}) FROM "{environment.glue_database}"'  # noqa: S608 - names of our own resources
        f'."{environment.glue_table}" WHERE "{EVENT_TIME}" = ?'
    )
    query = client.start_query_execution(
        QueryString=sql.replace("?", f"'{event_time}'"),
        QueryExecutionContext={"Catalog": _CATALOG, "Database": environment.glue_database},
        WorkGroup=environment.athena_workgroup,
    )["QueryExecutionId"]
    _wait(client, query)
    rows = client.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return int(rows[1]["Data"][0]["VarCharValue"])


def _wait(client: Any, query: str) -> None:
    deadline = time.monotonic() + _QUERY_SECONDS
    while time.monotonic() < deadline:
        status = client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            return
        if status["State"] in ("FAILED", "CANCELLED"):
            reason = status.get("StateChangeReason", status["State"])
            if status.get("AthenaError", {}).get("Retryable"):
                raise Throttled(reason)
            raise QueryFailed(reason)
        time.sleep(_POLL_SECONDS)
    raise QueryFailed(f"still running after {_QUERY_SECONDS} s")
