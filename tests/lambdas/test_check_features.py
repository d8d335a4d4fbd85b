"""How the rows in the offline store are counted."""

from typing import Any

import pytest


class Athena:
    def __init__(self, state: str, count: int = 0) -> None:
        self._state, self._count, self.asked = state, count, {}

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        self.asked = request
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, *, QueryExecutionId: str) -> dict[str, Any]:
        status = {"State": self._state, "StateChangeReason": "no such table"}
        return {"QueryExecution": {"Status": status}}

    def get_query_results(self, *, QueryExecutionId: str) -> dict[str, Any]:
        rows = [{"Data": [{"VarCharValue": value}]} for value in ("_col0", str(self._count))]
        return {"ResultSet": {"Rows": rows}}


def test_stored_rows_are_those_of_this_run(load) -> None:
    check = load("check_features")
    athena = Athena("SUCCEEDED", 12)
    assert check.count_stored(athena, check.ENVIRONMENT, "2026-01-31T12:00:00.000Z") == 12
    assert """"date" = '2026-01-31T12:00:00.000Z\'""" in athena.asked["QueryString"]
    assert '"reviews_dev"."reviews_dev"' in athena.asked["QueryString"]


def test_athena_gets_the_database_and_uses_no_default(load) -> None:
    check, athena = load("check_features"), Athena("SUCCEEDED", 12)
    check.count_stored(athena, check.ENVIRONMENT, "2026-01-31T12:00:00.000Z")
    database = {"Catalog": "AwsDataCatalog", "Database": "reviews_dev"}
    assert athena.asked["QueryExecutionContext"] == database
    assert athena.asked["WorkGroup"] == "reviews-dev"


def test_a_failed_query_says_why(load) -> None:
    check = load("check_features")
    with pytest.raises(check.QueryFailed, match="no such table"):
        check.count_stored(Athena("FAILED"), check.ENVIRONMENT, "2026-01-31T12:00:00.000Z")
