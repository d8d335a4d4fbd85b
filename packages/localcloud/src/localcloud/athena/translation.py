"""A query of Trino's SQL as DuckDB's, with what each of its tables is read from.

sqlglot knows the functions, types and literals of both. Added here is what it leaves to its
callers: the tables, the names of unnamed columns, and functions it does not know.
"""

import re
from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types

from localcloud.athena.statements import FailedQuery, position, tables

Relation = Callable[[str, str], str | None]
UNNAMED = "__unnamed_"
_SPECIFIER = re.compile(r"%(?:%|[-#+ 0,(]*\d*(?:\.\d+)?([a-zA-Z]))")
_DATES = (exp.DateAdd, exp.DateSub, exp.Add, exp.Sub)
# By the name in Trino, a macro of DuckDB that does the same.
_MACROS = {
    "map_agg": (
        "map_agg(k, v) AS map_from_entries(list({'k': k, 'v': v}) FILTER (WHERE k IS NOT NULL))"
    ),
    "infinity": "infinity() AS CAST('Infinity' AS DOUBLE)",
    "nan": "nan() AS CAST('NaN' AS DOUBLE)",
    "normalize": "normalize(s) AS nfc_normalize(s)",
    "to_iso8601": (
        "to_iso8601(t) AS CASE typeof(t) WHEN 'DATE' THEN strftime(t, '%Y-%m-%d')"
        " WHEN 'TIMESTAMP' THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%g')"
        " ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ') END"
    ),
}


def translate(tree: exp.Expr, database: str, relation: Relation) -> str:
    """DuckDB's text of a query whose context is a database. Raises FailedQuery.

    `relation` gives DuckDB's text for a table by its database and name; None if there is none.
    """
    tree = tree.copy()
    _name_columns(tree)
    for node in list(tree.walk(bfs=False))[::-1]:  # what is inside first
        _adapt(node)
    for table in tables(tree):
        _read(table, database, relation)
    try:
        return tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except RecursionError as error:
        raise FailedQuery("NOT_SUPPORTED: the statement is nested too deeply") from error
    except SqlglotError as error:
        raise FailedQuery(f"NOT_SUPPORTED: {error}") from error


def macros(tree: exp.Expr) -> Iterator[str]:
    """What has to be made in DuckDB before the query runs."""
    called = {node.name.lower() for node in tree.find_all(exp.Anonymous)}
    called |= {node.sql_name().lower() for node in tree.find_all(exp.Func)}
    yield from (f"CREATE MACRO {text}" for name, text in _MACROS.items() if name in called)


def _name_columns(tree: exp.Expr) -> None:
    """Trino names a column without an alias _col and its place; DuckDB by its text."""
    named = (exp.Alias, exp.Aliases, exp.Column, exp.Star)
    number = 0
    for select in tree.find_all(exp.Select):
        for projection in list(select.expressions):
            inner = projection.unnest()
            if isinstance(inner, exp.Dot):  # a field of a row
                projection.replace(exp.alias_(projection.copy(), inner.expression.name))
            elif not isinstance(inner, named):
                number += 1
                projection.replace(exp.alias_(projection.copy(), f"{UNNAMED}{number}"))


def _read(table: exp.Table, context: str, relation: Relation) -> None:
    name, database = table.name, table.db or context
    if not isinstance(table.this, exp.Identifier):
        raise FailedQuery(f"FUNCTION_NOT_FOUND: Table function {table.this.sql()} not registered")
    if database.lower() == "information_schema":
        raise FailedQuery("NOT_SUPPORTED: information_schema is not in the embedded AWS")
    found = relation(database, name)
    if found is None:
        full = f"awsdatacatalog.{database}.{name}".lower()
        raise FailedQuery(
            f"TABLE_NOT_FOUND: {position(table, table.parts[0].name)}Table '{full}' does not exist"
        )
    alias = table.args.get("alias") or exp.TableAlias()
    if not alias.this:
        alias.set("this", exp.to_identifier(name, quoted=True))
    table.set("alias", alias)
    table.set("this", exp.Var(this=found))
    table.set("db", None)
    table.set("catalog", None)


def _adapt(node: exp.Expr) -> None:
    if isinstance(node, exp.Column):  # tables are known by their alias alone
        node.set("db", None)
        node.set("catalog", None)
    elif isinstance(node, exp.ApproxQuantile) and node.args.get("weight"):
        raise FailedQuery("NOT_SUPPORTED: approx_percentile with weights is not in DuckDB")
    elif isinstance(node, exp.Format):
        _adapt_format(node)
    elif isinstance(node, _DATES) and _has_interval(node) and _is_date(node):
        # DuckDB makes a timestamp of a date and an interval.
        node.replace(exp.cast(node.copy(), "date"))
    elif isinstance(node, exp.GenerateSeries) and _is_date(node.args["start"]):
        node.replace(exp.cast(node.copy(), "array<date>", dialect="trino"))


def _has_interval(node: exp.Expr) -> bool:
    """True of date_add, and of a sum with an interval; a sum of numbers may be long."""
    sides = (node.this, node.expression)
    return not isinstance(node, exp.Add | exp.Sub) or any(
        isinstance(side, exp.Interval) for side in sides
    )


def _is_date(node: exp.Expr) -> bool:
    """As far as its text tells; the types of tables' columns are not looked at."""
    return bool(annotate_types(node.copy(), dialect="trino").is_type("date"))


def _adapt_format(node: exp.Format) -> None:
    """Java's format is C's, but for %s, which takes any type there."""
    text, values = node.this, list(node.expressions)
    if isinstance(text, exp.Literal):
        letters = [one for one in _SPECIFIER.findall(text.name) if one]
        values = [
            exp.cast(value.copy(), "text") if letter == "s" else value.copy()
            for letter, value in zip(letters, values, strict=False)
        ]
    node.replace(exp.Anonymous(this="PRINTF", expressions=[text.copy(), *values]))
