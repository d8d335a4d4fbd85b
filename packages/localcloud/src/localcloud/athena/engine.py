"""Runs a translated query in DuckDB; results and errors have the form of Athena's."""

import re
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from localcloud.athena.statements import FailedQuery, position
from localcloud.athena.translation import UNNAMED
from localcloud.athena.values import as_texts, type_of

_SETTINGS = (
    # Trino divides whole numbers to whole numbers, and its clock is UTC.
    "SET integer_division = true",
    "SET TimeZone = 'UTC'",
    # With it, a TRY_CAST of the CSV reader fails instead of returning NULL.
    "SET disabled_optimizers = 'type_pushdown'",
)
_FUNCTION = re.compile(r"(?:Scalar|Aggregate|Table|) ?Function with name (\S+) does not exist")
_COLUMN = re.compile(r'column (?:named )?"([^"]+)" (?:not found|that)', re.IGNORECASE)
_BAD_ARGUMENTS = re.compile(r"No function matches the given name and argument types '([^(]+)\(")
_OF_VALUES = re.compile(r"col(\d+)")


@dataclass(frozen=True)
class ResultSet:
    """Names and types of the columns, and the rows as texts, with None for NULL."""

    columns: list[str]
    types: list[str]
    rows: list[list[str | None]] = field(default_factory=list)


def run(tree: exp.Expr, sql: str) -> ResultSet:
    """Runs the SQL of DuckDB, of which `tree` is the query. Raises FailedQuery. Blocks."""
    connection = duckdb.connect(":memory:")
    try:
        for text in _SETTINGS:
            connection.execute(text)
        result = connection.execute(sql)
        names = [column[0] for column in result.description]
        kinds = [column[1] for column in result.description]
        rows = as_texts(result.fetchall(), kinds)
    except duckdb.Error as error:
        raise FailedQuery(_state_change_reason(tree, error)) from error
    finally:
        connection.close()
    columns = [_column_name(name, place, tree) for place, name in enumerate(names)]
    return ResultSet(columns, [type_of(kind) for kind in kinds], rows)


def _column_name(name: str, place: int, tree: exp.Expr) -> str:
    unnamed = name.startswith(UNNAMED) or (
        isinstance(tree, exp.Values) and _OF_VALUES.fullmatch(name)
    )
    return f"_col{place}" if unnamed else name


def _state_change_reason(tree: exp.Expr, error: duckdb.Error) -> str:
    """Trino's code and message where they are known, else DuckDB's first line."""
    text = str(error).split("\n", 1)[0]
    if found := _FUNCTION.search(text):
        return f"FUNCTION_NOT_FOUND: {position(tree, found[1])}Function '{found[1]}' not registered"
    if found := _BAD_ARGUMENTS.search(text):
        return f"FUNCTION_NOT_FOUND: {position(tree, found[1])}{text.partition(': ')[2]}"
    if found := _COLUMN.search(text):
        column = found[1]
        return f"COLUMN_NOT_FOUND: {position(tree, column)}Column '{column}' cannot be resolved"
    text = text.partition(": ")[2] or text
    if isinstance(error, duckdb.ConversionException):
        return f"INVALID_CAST_ARGUMENT: {text}"
    if "Division by zero" in text:
        return "DIVISION_BY_ZERO: / by zero"
    return f"GENERIC_USER_ERROR: {text}"
