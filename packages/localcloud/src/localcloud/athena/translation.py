"""Translates a query from Trino's SQL to DuckDB's, with a relation for each of its tables.

sqlglot knows most functions, types and literals of both. Added here is what it leaves to its
callers: the tables, the names of unnamed columns, and what has another meaning in DuckDB.
"""

from collections.abc import Callable

from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from localcloud.athena.adaptation import adapt, rename_map_functions
from localcloud.athena.statements import FailedQuery, position, tables

Relation = Callable[[str, str], str | None]
UNNAMED = "__unnamed_"


def translate(tree: exp.Expr, database: str, relation: Relation) -> str:
    """The SQL of DuckDB for a query in the context of a database. Raises FailedQuery.

    `relation` gives DuckDB's text for a table by its database and name; None if there is none.
    """
    tree = tree.copy()
    _name_columns(tree)
    rename_map_functions(tree)
    for node in list(tree.walk(bfs=False))[::-1]:  # inner nodes first
        adapt(node)
    for table in tables(tree):
        _replace_table(table, database, relation)
    try:
        return tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except RecursionError as error:
        raise FailedQuery("NOT_SUPPORTED: the statement is nested too deeply") from error
    except SqlglotError as error:
        raise FailedQuery(f"NOT_SUPPORTED: {error}") from error


def _name_columns(tree: exp.Expr) -> None:
    """Names columns without an alias, which Trino calls _col0, _col1 …"""
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


def _replace_table(table: exp.Table, context: str, relation: Relation) -> None:
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
