"""Rows on their way to the offline store, until the file that they go to is in S3."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

_TABLES = """
CREATE TABLE IF NOT EXISTS spooled (
    feature_group TEXT, number INTEGER, event_time REAL NOT NULL, invoked REAL NOT NULL,
    deleted INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (feature_group, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
    feature_group TEXT PRIMARY KEY, last INTEGER NOT NULL, name TEXT NOT NULL);
"""

_ALL = 2**63 - 1  # SQLite's largest integer


class Row(NamedTuple):
    """One version of a record. Times are seconds since the epoch; `deleted` marks a deletion."""

    event_time: float
    invoked: float
    deleted: bool
    record: str  # feature values by name, as JSON


@dataclass(frozen=True)
class Batch:
    """Rows that go to files with `name` in theirs, also if the server is killed and begins anew."""

    name: str
    last: int
    rows: list[Row]


@dataclass(frozen=True)
class Waiting:
    """When the first and the last of the rows that wait came, and how many they can be."""

    first: float
    last: float
    at_most: int


Transaction = Callable[[], AbstractContextManager[None]]


class Spool:
    """Thread-safe for all but the taking of batches, which is for one thread at a time.

    Reads with a connection of its own, so that long reads hold up no record.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, transaction: Transaction
    ) -> None:
        self._connection, self._transaction = connection, transaction
        self._connection.executescript(_TABLES)
        self._reader = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        (last,) = self._connection.execute("SELECT MAX(number) FROM spooled").fetchone()
        self._numbers = count((last or 0) + 1)

    def add(self, group: str, row: Row) -> None:
        with self._transaction():
            self._connection.execute(
                "INSERT INTO spooled VALUES (?, ?, ?, ?, ?, ?)",
                (group, next(self._numbers), *row),
            )

    def groups(self) -> list[str]:
        """The groups with rows that wait, found by one look at the index for each."""
        found: list[str] = []
        while row := self._reader.execute(
            "SELECT feature_group FROM spooled WHERE feature_group > ?"
            " ORDER BY feature_group LIMIT 1",
            (found[-1] if found else "",),
        ).fetchone():
            found.append(row[0])
        return found

    def waiting(self, group: str) -> Waiting:
        """At most how many rows of the group wait, and since when; at least one must wait."""
        (first, start), (last, stop) = (
            self._reader.execute(
                "SELECT number, invoked FROM spooled WHERE feature_group = ?"  # noqa: S608
                f" ORDER BY number {order} LIMIT 1",
                (group,),
            ).fetchone()
            for order in ("ASC", "DESC")
        )
        return Waiting(start, stop, last - first + 1)

    def batch(self, group: str, limit: int) -> Batch | None:
        """The oldest rows of a group: those of a batch that was begun, else up to `limit`."""
        begun = self._reader.execute(
            "SELECT name, last FROM batches WHERE feature_group = ?", (group,)
        ).fetchone()
        name, last = begun or (uuid4().hex[:16], _ALL)
        found = self._reader.execute(
            "SELECT number, event_time, invoked, deleted, record FROM spooled"
            " WHERE feature_group = ? AND number <= ? ORDER BY number LIMIT ?",
            (group, last, _ALL if begun else limit),
        ).fetchall()
        if not found:
            return None
        batch = Batch(name, found[-1][0], [Row(*values) for _, *values in found])
        with self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO batches VALUES (?, ?, ?)", (group, batch.last, name)
            )
        return batch

    def written(self, group: str, batch: Batch) -> None:
        """Removes a batch that is in S3."""
        with self._transaction():
            self._connection.execute(
                "DELETE FROM spooled WHERE feature_group = ? AND number <= ?", (group, batch.last)
            )
            self._connection.execute("DELETE FROM batches WHERE feature_group = ?", (group,))

    def forget(self, group: str) -> None:
        with self._transaction():
            for table in ("spooled", "batches"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE feature_group = ?",  # noqa: S608 - a constant
                    (group,),
                )
