"""Checks whether the offline store, which may lag by minutes, has all ingested rows of the run."""

import time
from typing import Any

import boto3

from contract import s3_keys
from contract.features import EVENT_TIME, REVIEW_ID
from contract.steps import Step
from shared import s3
from shared.environment import Environment
from shared.errors import Throttled, translate_errors
from shared.reuse import record

ENVIRONMENT = Environment.read()
S3 = boto3.client("s3")
ATHENA = boto3.client("athena")
_CATALOG = "AwsDataCatalog"  # Athena's name for the account's own catalog in Glue
_POLL_SECONDS = 0.5
_QUERY_SECONDS = 60


class QueryFailed(Exception):
    """Athena could not count the rows."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run = event["run"]
    expected = count_ingested(S3, run["features"])
    found = count_stored(ATHENA, ENVIRONMENT, run["event_time"])
    if found >= expected:
        record(S3, ENVIRONMENT.artefact_bucket, run, Step.PROCESS)
    return {"ready": found >= expected, "expected": expected, "found": found}


def count_ingested(client: Any, features: str) -> int:
    """The number of ingested rows, by the reports of the processing job's hosts."""
    reports = s3.list_uris(client, f"{features}/{s3_keys.PREPARATION_REPORTS}")
    return sum(s3.read_json(client, uri)["ingested"] for uri in reports)


def count_stored(client: Any, environment: Environment, event_time: str) -> int:
    """The number of the run's rows in the offline store. Raises QueryFailed, or Throttled if Athena
    reports the error as retryable.

    Athena reads the database of the query's context, by default `default`, whatever the statement
    names, and the function has no permissions on that. AWS's own SDK sends catalog and database,
    too (AthenaQuery in sagemaker 2.257, feature_store/feature_group.py).
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
