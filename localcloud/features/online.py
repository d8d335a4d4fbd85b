"""The online store and the spool of the offline store, in one SQLite file.

A record is acknowledged once it is in both, in one transaction; the spool keeps it until its
Parquet file is in S3. So a server killed at any moment loses no acknowledged record.
"""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud

Values = dict[str, str]
SpooledRow = tuple[int, dict[str, Any]]  # number in the spool, row

_TABLES = """
CREATE TABLE IF NOT EXISTS online (
    feature_group TEXT, record_id TEXT, event_time REAL NOT NULL, deleted INTEGER NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (feature_group, record_id));
CREATE TABLE IF NOT EXISTS spool (
    number INTEGER PRIMARY KEY AUTOINCREMENT, feature_group TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS spool_by_group ON spool (feature_group, number);
"""


class OnlineStore:
    """Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_TABLES)

    def put(
        self,
        group: str,
        record_id: str,
        event_time: float,
        record: Values,
        *,
        deleted: bool = False,
        online: bool = True,
        row: dict[str, Any] | None = None,
    ) -> None:
        """Keeps the record if it is the latest of its identifier; spools `row`, if any."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if online:
                    self._put_online(group, record_id, event_time, record, deleted)
                if row is not None:
                    self._connection.execute(
                        "INSERT INTO spool (feature_group, row) VALUES (?, ?)",
                        (group, json.dumps(row)),
                    )
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def _put_online(
        self, group: str, record_id: str, event_time: float, record: Values, deleted: bool
    ) -> None:
        self._connection.execute(
            "INSERT INTO online VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " event_time = excluded.event_time, deleted = excluded.deleted,"
            " record = excluded.record WHERE excluded.event_time >= event_time",
            (group, record_id, event_time, deleted, json.dumps(record)),
        )

    def get(self, group: str, record_id: str) -> Values | None:
        with self._lock:
            found = self._connection.execute(
                "SELECT record FROM online WHERE feature_group = ? AND record_id = ?"
                " AND NOT deleted",
                (group, record_id),
            ).fetchone()
        return json.loads(found[0]) if found else None

    def remove_deleted(self, group: str, record_id: str) -> None:
        """Drops a record's tombstone; a record newer than its deletion stays."""
        with self._lock:
            self._connection.execute(
                "DELETE FROM online WHERE feature_group = ? AND record_id = ? AND deleted",
                (group, record_id),
            )

    def forget(self, group: str) -> None:
        """Drops a deleted group's records; what is spooled has nowhere to go any more."""
        with self._lock:
            for table in ("online", "spool"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE feature_group = ?",  # noqa: S608 - a constant
                    (group,),
                )

    def spooled_groups(self) -> list[str]:
        with self._lock:
            rows = self._connection.execute("SELECT DISTINCT feature_group FROM spool").fetchall()
        return [row[0] for row in rows]

    def spooled(self, group: str, limit: int) -> list[SpooledRow]:
        """The oldest spooled rows of a group."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, row FROM spool WHERE feature_group = ? ORDER BY number LIMIT ?",
                (group, limit),
            ).fetchall()
        return [(number, json.loads(row)) for number, row in rows]

    def unspool(self, group: str, last: int) -> None:
        with self._lock:
            self._connection.execute(
                "DELETE FROM spool WHERE feature_group = ? AND number <= ?", (group, last)
            )


_STORES: dict[Path, OnlineStore] = {}
_STORES_LOCK = threading.Lock()


def online_store(cloud: Cloud) -> OnlineStore:
    """The store of this embedded AWS, opened on first use."""
    with _STORES_LOCK:
        if cloud.data_dir not in _STORES:
            _STORES[cloud.data_dir] = OnlineStore(cloud.data_dir / "features.sqlite")
        return _STORES[cloud.data_dir]
