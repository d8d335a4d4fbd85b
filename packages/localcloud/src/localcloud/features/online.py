"""The online store and the spool of the offline store, in one SQLite file.

A record is acknowledged once it is in both, in one transaction; the spool keeps it until its
Parquet file is in S3. So a server killed at any moment loses no acknowledged record.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from localcloud.core.cloud import Cloud, Service
from localcloud.features.spool import Row, Spool

Values = dict[str, str]
_FILE = "features.sqlite"

_TABLES = """
CREATE TABLE IF NOT EXISTS records (
    feature_group TEXT, record_id TEXT, event_time REAL NOT NULL, expires_at REAL,
    deleted INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (feature_group, record_id));
CREATE INDEX IF NOT EXISTS records_by_end ON records (expires_at) WHERE expires_at IS NOT NULL;
"""


@dataclass(frozen=True)
class Write:
    """One version of a record, or with `deleted` the marker that ends it."""

    group: str
    record_id: str
    event_time: float
    values: Values
    invoked: float
    deleted: bool = False
    expires_at: float | None = None


@dataclass(frozen=True)
class Expired:
    """A record whose time to live is over. `expires_at`: seconds since the epoch."""

    group: str
    record_id: str
    expires_at: float


class OnlineStore(Service):
    """Thread-safe."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        path = cloud.data_dir / _FILE
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # Without a sync for each commit: what is in the log survives the end of this process.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_TABLES)
        self.spool = Spool(path, self._connection, self.transaction)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at its end what is written within, or nothing of it after an error."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a failed commit may have ended it
                    self._connection.execute("ROLLBACK")
                raise

    def put(self, write: Write, *, online: bool = True, offline: bool = False) -> None:
        """Keeps it online if it is the latest version of its record; spools it for offline."""
        text = json.dumps(write.values)
        with self.transaction():
            if online:
                self._put_online(write, text)
            if offline:
                row = Row(write.event_time, write.invoked, write.deleted, text)
                self.spool.add(write.group, row)

    def _put_online(self, write: Write, text: str) -> None:
        self._connection.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " event_time = excluded.event_time, expires_at = excluded.expires_at,"
            " deleted = excluded.deleted, record = excluded.record"
            " WHERE excluded.event_time > event_time",
            (
                write.group,
                write.record_id,
                write.event_time,
                write.expires_at,
                write.deleted,
                text,
            ),
        )

    def get(self, group: str, record_id: str, now: float) -> tuple[Values, float | None] | None:
        """The values and the end of a record that is neither deleted nor expired."""
        with self._lock:
            found = self._connection.execute(
                "SELECT record, expires_at FROM records WHERE feature_group = ? AND record_id = ?"
                " AND NOT deleted AND (expires_at IS NULL OR expires_at > ?)",
                (group, record_id, now),
            ).fetchone()
        return (json.loads(found[0]), found[1]) if found else None

    def event_time(self, group: str, record_id: str) -> float | None:
        """The event time of the version that is kept, even if that is a deletion."""
        with self._lock:
            found = self._connection.execute(
                "SELECT event_time FROM records WHERE feature_group = ? AND record_id = ?",
                (group, record_id),
            ).fetchone()
        return found[0] if found else None

    def identifiers(
        self, group: str, after: str, limit: int, now: float, *, deleted: bool
    ) -> list[str]:
        """The identifiers of a group's records, in their order."""
        with self._lock:
            found = self._connection.execute(
                "SELECT record_id FROM records WHERE feature_group = ? AND record_id > ?"
                " AND (? OR NOT deleted) AND (expires_at IS NULL OR expires_at > ?)"
                " ORDER BY record_id LIMIT ?",
                (group, after, deleted, now, limit),
            ).fetchall()
        return [record_id for (record_id,) in found]

    def remove(self, group: str, record_id: str) -> None:
        with self._lock:
            self._connection.execute(
                "DELETE FROM records WHERE feature_group = ? AND record_id = ?", (group, record_id)
            )

    def expired(self, now: float, limit: int) -> list[Expired]:
        """Records whose time is over, but no markers of deleted ones."""
        with self._lock:
            found = self._connection.execute(
                "SELECT feature_group, record_id, expires_at FROM records"
                " WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
                (now, limit),
            ).fetchall()
        return [Expired(*row) for row in found]

    def forget(self, group: str) -> None:
        """Drops a deleted group's records; what is spooled has nowhere to go any more."""
        with self.transaction():
            self._connection.execute("DELETE FROM records WHERE feature_group = ?", (group,))
            self.spool.forget(group)
