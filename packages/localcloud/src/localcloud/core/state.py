"""The store of records, by kind and name, in one SQLite file.

Every write is a committed transaction, so a server that is killed loses none.
"""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """Thread-safe. Records are JSON objects; the caller gets copies.

    `changes` counts the writes. A value derived from records is valid while it stays the same.
    """

    def __init__(self, path: Path) -> None:
        self.changes = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS records"
            " (kind TEXT, name TEXT, record TEXT NOT NULL, PRIMARY KEY (kind, name))"
        )

    def put(self, kind: str, name: str, record: Record) -> None:
        with self._lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, name, _dump(record))
            )
            self.changes += 1

    def add(self, kind: str, name: str, record: Record) -> bool:
        """Stores a new record. Returns False, and changes nothing, if the name is taken."""
        with self._lock:
            if self.get(kind, name) is not None:
                return False
            self.put(kind, name, record)
        return True

    def get(self, kind: str, name: str) -> Record | None:
        with self._lock:
            row = self._connection.execute(
                "SELECT record FROM records WHERE kind = ? AND name = ?", (kind, name)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def update(self, kind: str, name: str, **changes: Any) -> None:
        """Changes some fields. Does nothing if there is no such record (any more)."""
        with self._lock:
            record = self.get(kind, name)
            if record is not None:
                self.put(kind, name, record | changes)

    def delete(self, kind: str, name: str) -> None:
        with self._lock:
            self._connection.execute(
                "DELETE FROM records WHERE kind = ? AND name = ?", (kind, name)
            )
            self.changes += 1

    def list(self, kind: str) -> list[Record]:
        """All records of a kind, in the order of their names."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT record FROM records WHERE kind = ? ORDER BY name", (kind,)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def named(self, kind: str) -> dict[str, Record]:
        """All records of a kind by their names."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT name, record FROM records WHERE kind = ? ORDER BY name", (kind,)
            ).fetchall()
        return {name: json.loads(record) for name, record in rows}

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _dump(record: Record) -> str:
    return json.dumps(record, default=_plain)


def _plain(value: Any) -> Any:
    """A timestamp is stored as seconds since the epoch, as in SageMaker's JSON."""
    if hasattr(value, "timestamp"):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} cannot be kept in a record")
