"""Athena's statements: checked when they are submitted, translated, and answered in its form."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localcloud.athena import statements
from localcloud.athena.catalog import Catalog, described
from localcloud.athena.engine import Answer, run
from localcloud.athena.translation import translate
from localcloud.ministack import athena as queries
from localcloud.ministack import workgroups
from localcloud.ministack.seam import require

_FIRST_DATABASE = "default"  # every account has it


def install(athena: Any, glue: Any, s3: Any, folder: Path) -> None:
    """`folder` is where running queries have links to their tables' files."""
    queries.result_files_where_athena_says(athena, s3)
    queries.read_tables_in_place(athena, s3, folder)
    queries.show_columns_of_the_catalog(athena)
    speak_trino(athena, glue)
    workgroups.describe_primary(athena)


def speak_trino(athena: Any, glue: Any) -> None:
    """A query is checked when it is submitted, and runs translated; SHOW and DESCRIBE answer."""
    require(
        athena,
        *("_detect_statement_type", "_run_duckdb", "_start_query_execution", "_table_references"),
        *("_materialize_table_files", "_table_relation", "_empty_relation"),
    )
    require(glue, "_tables", "_databases")
    start, detect = athena._start_query_execution, athena._detect_statement_type

    def checked(data: dict[str, Any]) -> Any:
        try:
            statements.check(data.get("QueryString", ""))
        except statements.MalformedQuery as error:
            return athena.error_response_json(
                "InvalidRequestException",
                str(error),
                400,
                extra={"AthenaErrorCode": "MALFORMED_QUERY"},
            )
        return start(data)

    async def execute(query: str, database: str, _catalog: str | None = None) -> dict[str, Any]:
        if not statements.is_query(query):
            databases = {_FIRST_DATABASE, *glue._databases}
            answer = Catalog(databases, dict(glue._tables.items())).answer(query, database)
        else:
            answer = await _run(athena, glue, query, database)
        return {"columns": answer.columns, "column_types": answer.types, "rows": answer.rows}

    def kind(query: str) -> str:
        known: str = detect(query)
        return "DML" if statements.is_query(query) else known

    athena._start_query_execution = checked
    athena._detect_statement_type = kind
    athena._run_duckdb = execute
    athena._table_references = _references


async def _run(athena: Any, glue: Any, query: str, database: str) -> Answer:
    tree, workdirs = statements.parse(query), list[str]()

    def relation(place: str, name: str) -> str | None:
        table = _table(glue, place, name)
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
    """Trino's names are in lower case, and so are Glue's on AWS."""
    found: dict[str, Any] | None = glue._tables.get(f"{database}/{name}")
    return found or glue._tables.get(f"{database}/{name}".lower())


def _references(query: str) -> list[SimpleNamespace]:
    """The tables that a query reads, for those who ask whether its caller may."""
    if statements.is_query(query):
        found = [(one.db or None, one.name) for one in statements.tables(statements.parse(query))]
    else:
        found = [one for one in [described(query)] if one]
    return [SimpleNamespace(database=database, table=table) for database, table in found]
