"""Athena's statements: checked when they are submitted, then translated and run."""

import asyncio
import shutil
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from localcloud.athena import statements
from localcloud.athena.catalog import Catalog, described_table
from localcloud.athena.engine import ResultSet, run
from localcloud.athena.translation import translate
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

_DEFAULT_DATABASE = "default"  # every account has it
Start = Callable[[dict[str, Any]], Any]


def check_statement(ministack: Ministack, start: Start) -> Start:
    """Refuses, in StartQueryExecution, a text that Athena refuses."""

    def check_and_start(data: dict[str, Any]) -> Any:
        try:
            statements.check(data.get("QueryString", ""))
        except statements.MalformedQuery as error:
            return ministack.athena.error_response_json(
                "InvalidRequestException",
                str(error),
                400,
                extra={"AthenaErrorCode": "MALFORMED_QUERY"},
            )
        return start(data)

    return check_and_start


def run_statement(ministack: Ministack, _run_duckdb: Any) -> Callable[..., Any]:
    """Translates and runs queries; SHOW and DESCRIBE read the catalog."""
    athena, glue = ministack.athena, ministack.glue

    async def execute(query: str, database: str, _catalog: str | None = None) -> dict[str, Any]:
        if not statements.is_query(query):
            databases = {_DEFAULT_DATABASE, *glue._databases}
            result = Catalog(databases, dict(glue._tables.items())).answer(query, database)
        else:
            result = await _run(athena, glue, query, database)
        return {"columns": result.columns, "column_types": result.types, "rows": result.rows}

    return execute


def detect_queries(
    _ministack: Ministack, statement_type: Callable[[str], str]
) -> Callable[[str], str]:
    return lambda text: "DML" if statements.is_query(text) else statement_type(text)


def find_tables(_ministack: Ministack, _find: Any) -> Callable[[str], list[SimpleNamespace]]:
    return _references


async def _run(athena: Any, glue: Any, query: str, database: str) -> ResultSet:
    tree, workdirs = statements.parse(query), list[str]()

    def relation(database: str, name: str) -> str | None:
        table = _table(glue, database, name)
        location = ((table or {}).get("StorageDescriptor") or {}).get("Location")
        if table is None or not location:
            return None
        files = athena._materialize_table_files(location, workdirs)
        found: str = (
            athena._table_relation(table, files) if files else athena._empty_relation(table)
        )
        return found

    try:
        sql = translate(tree, database, relation)
        return await asyncio.to_thread(run, tree, sql)
    finally:
        for workdir in workdirs:
            shutil.rmtree(workdir, ignore_errors=True)


def _table(glue: Any, database: str, name: str) -> dict[str, Any] | None:
    """Finds a table by its name, which Trino writes in lower case, as Glue does on AWS."""
    found: dict[str, Any] | None = glue._tables.get(f"{database}/{name}")
    return found or glue._tables.get(f"{database}/{name}".lower())


def _references(query: str) -> list[SimpleNamespace]:
    """The tables that a query reads, for the check of its caller's permissions."""
    if statements.is_query(query):
        found = [(one.db or None, one.name) for one in statements.tables(statements.parse(query))]
    else:
        found = [one for one in [described_table(query)] if one]
    return [SimpleNamespace(database=database, table=table) for database, table in found]


_TRINO = "Athena: statements are DuckDB's SQL, checked only when they run"
PATCHES = (
    Patch(
        target="services.athena:_start_query_execution",
        make=check_statement,
        why="StartQueryExecution refuses a text that is not a statement",
        upstream=_TRINO,
        test="athena/test_athena.py::test_a_text_that_is_no_statement_is_no_execution",
        uses=names("services.athena", "error_response_json"),
    ),
    Patch(
        target="services.athena:_run_duckdb",
        make=run_statement,
        why="Trino's SQL is translated; SHOW and DESCRIBE read the Glue catalog",
        upstream=_TRINO,
        test="athena/test_athena.py::test_an_execution_that_fails_says_why",
        uses=(
            *names("services.athena", "_table_relation", "_empty_relation"),
            *names("services.glue", "_tables", "_databases"),
        ),
    ),
    Patch(
        target="services.athena:_detect_statement_type",
        make=detect_queries,
        why="VALUES and TABLE are queries, too",
        upstream=_TRINO,
        test="athena/test_athena.py::test_values_are_a_query",
    ),
    Patch(
        target="services.athena:_table_references",
        make=find_tables,
        why="the tables that a statement reads, for the permissions of its caller",
        upstream=_TRINO,
        test="ministack/iam/test_queries.py"
        "::test_a_statement_on_the_catalog_requires_permissions_on_its_table",
    ),
)
