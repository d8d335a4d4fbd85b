"""SHOW and DESCRIBE: databases, tables and columns of the Glue catalog, in lines as Hive's.

A row of the answer is one line with tabs between its columns, as
https://github.com/DyfanJones/noctua/issues/230 has it from Athena. That each is padded to twenty
characters is Hive's way; nothing here has compared it with Athena.
"""

import fnmatch
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from localcloud.athena.engine import ResultSet
from localcloud.athena.statements import FailedQuery

Table = Mapping[str, Any]
_NAME = r"(?:`[^`]+`|\"[^\"]+\"|\w+)"
_PLACE = rf"({_NAME}(?:\s*\.\s*{_NAME})?)"
_SHOW_TABLES = re.compile(
    rf"SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+({_NAME}))?(?:\s+(?:LIKE\s+)?'([^']*)')?", re.I
)
_SHOW_DATABASES = re.compile(r"SHOW\s+(?:DATABASES|SCHEMAS)(?:\s+(?:LIKE\s+)?'([^']*)')?", re.I)
_SHOW_COLUMNS = re.compile(
    rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{_PLACE}(?:\s+(?:IN|FROM)\s+({_NAME}))?", re.I
)
_DESCRIBE = re.compile(rf"DESC(?:RIBE)?\s+{_PLACE}", re.I)
_WIDTH = 20
_PARTITIONS = (" \t \t ", "# Partition Information\t \t ")


class Catalog:
    """Databases and tables, as Glue has them: tables by `database/table`."""

    def __init__(self, databases: Collection[str], tables: Mapping[str, Table]) -> None:
        self._databases, self._tables = databases, tables

    def answer(self, statement: str, database: str) -> ResultSet:
        """`database` is the one of the query's context. Raises FailedQuery."""
        text = re.sub(r"\s+", " ", statement).strip().rstrip("; ")
        readers: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], str], ResultSet]]] = (
            (_SHOW_TABLES, self._show_tables),
            (_SHOW_DATABASES, self._show_databases),
            (_SHOW_COLUMNS, self._show_columns),
            (_DESCRIBE, self._describe),
        )
        for pattern, read in readers:
            if found := pattern.fullmatch(text):
                return read(found, database)
        words = " ".join(text.split(" ")[:2]).upper()
        raise FailedQuery(f"NOT_SUPPORTED: {words} is not supported by the embedded AWS")

    def _show_tables(self, found: re.Match[str], database: str) -> ResultSet:
        database = _unquoted(found[1]) if found[1] else database
        if database not in self._databases:
            raise FailedQuery(f"SCHEMA_NOT_FOUND: Database {database} not found")
        keys = (key.split("/", 1) for key in self._tables)
        names = sorted(table for place, table in keys if place == database)
        return _lines(["tab_name"], _matching(names, found[2]))

    def _show_databases(self, found: re.Match[str], _database: str) -> ResultSet:
        return _lines(["database_name"], _matching(sorted(self._databases), found[1]))

    def _show_columns(self, found: re.Match[str], database: str) -> ResultSet:
        table = self._find(found[1], _unquoted(found[2]) if found[2] else database)
        names = [_padded(column["Name"]) for column in _columns(table) + _keys(table)]
        return _lines(["field"], names)

    def _describe(self, found: re.Match[str], database: str) -> ResultSet:
        table = self._find(found[1], database)
        lines = [_line(column) for column in _columns(table) + _keys(table)]
        if _keys(table):
            heading = _line({"Name": "# col_name", "Type": "data_type", "Comment": "comment"})
            lines += [*_PARTITIONS, heading, _PARTITIONS[0], *map(_line, _keys(table))]
        return _lines(["col_name", "data_type", "comment"], lines)

    def _find(self, name: str, database: str) -> Table:
        *place, table = (_unquoted(part) for part in name.split("."))
        database = place[0] if place else database
        found = self._tables.get(f"{database}/{table}")
        if found is None:
            raise FailedQuery(f"TABLE_NOT_FOUND: Table {database}.{table} not found")
        return found


def described_table(statement: str) -> tuple[str | None, str] | None:
    """Database (None if it is not named) and table of a statement; None if it has no table."""
    text = re.sub(r"\s+", " ", statement).strip().rstrip("; ")
    found = _SHOW_COLUMNS.fullmatch(text) or _DESCRIBE.fullmatch(text)
    if not found:
        return None
    *place, table = (_unquoted(part) for part in found[1].split("."))
    named = found[2] if found.re is _SHOW_COLUMNS else None
    return (place[0] if place else _unquoted(named) if named else None), table


def _unquoted(name: str) -> str:
    return name.strip(' `"').lower()


def _matching(names: Sequence[str], pattern: str | None) -> list[str]:
    """`*` stands for any characters and `|` parts alternatives, as SHOW TABLES documents."""
    if not pattern:
        return list(names)
    parts = [part.lower() for part in pattern.split("|")]
    return [name for name in names if any(fnmatch.fnmatchcase(name, part) for part in parts)]


def _columns(table: Table) -> list[dict[str, Any]]:
    return list((table.get("StorageDescriptor") or {}).get("Columns") or [])


def _keys(table: Table) -> list[dict[str, Any]]:
    return list(table.get("PartitionKeys") or [])


def _line(column: Mapping[str, Any]) -> str:
    values = (column["Name"], column.get("Type", "string"), column.get("Comment", ""))
    return "\t".join(map(_padded, values))


def _padded(text: str) -> str:
    return f"{text:<{_WIDTH}}"


def _lines(columns: list[str], lines: Sequence[str]) -> ResultSet:
    return ResultSet(columns, ["string"] * len(columns), [[line] for line in lines])
