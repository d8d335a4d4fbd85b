"""Writes spooled records to the offline store: Parquet files under Hive partitions, as SageMaker's.

A file appears in S3 whole or not at all. A server killed between the file and the end of the spool
writes the rows again, so the offline store is at least once, as on AWS.
"""

import io
import logging
import threading
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from localcloud.cloud import Cloud
from localcloud.execution.role import Role
from localcloud.features.online import online_store

_INTERVAL_SECONDS = 1.0
_FILE_ROWS = 5_000
_TYPES = {"String": pa.string(), "Integral": pa.int64(), "Fractional": pa.float64()}
_CASTS = {"String": str, "Integral": int, "Fractional": float}
_LOGGER = logging.getLogger(__name__)
Record = dict[str, Any]


class OfflineWriter:
    """Empties the spool once a second, in a thread of its own."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._stop = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="offline-store", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Writes what is left and ends the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stop.wait(_INTERVAL_SECONDS)
            try:
                self.write_all()
            except Exception:
                # The rows stay spooled; the next round tries again.
                _LOGGER.exception("writing the offline store")

    def write_all(self) -> None:
        """One group's trouble, a bucket that is gone say, must not hold up the others."""
        for name in online_store(self._cloud).spooled_groups():
            try:
                self.write_group(name)
            except Exception:
                # The rows stay spooled; the next round tries again.
                _LOGGER.exception("writing the offline store of %s", name)

    def write_group(self, name: str) -> None:
        store = online_store(self._cloud)
        with self._writing:
            group = self._cloud.store.get("feature-group", name)
            if group is None or group["FeatureGroupStatus"] == "Creating":
                return
            rows = store.spooled(name, _FILE_ROWS)
            s3 = self._connect(group) if rows else None
            while rows:
                self._write(s3, group, [row for _, row in rows])
                store.unspool(name, rows[-1][0])
                rows = store.spooled(name, _FILE_ROWS)

    def _connect(self, group: Record) -> Any:
        """S3 with the group's role, which is there to persist its data."""
        if "RoleArn" not in group:
            return self._cloud.client("s3")
        session = f"FeatureStore-{group['FeatureGroupName']}"
        return Role.assume(self._cloud, group["RoleArn"], session).client("s3")

    def _write(self, s3: Any, group: Record, rows: list[Record]) -> None:
        base = group["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
        bucket, _, prefix = base.removeprefix("s3://").partition("/")
        by_hour: dict[str, list[Record]] = defaultdict(list)
        for row in rows:
            moment = datetime.fromtimestamp(row["event_time"], UTC)
            by_hour[moment.strftime("year=%Y/month=%m/day=%d/hour=%H")].append(row)
        for partition, part in by_hour.items():
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{uuid.uuid4().hex[:16]}.parquet"
            body = _parquet(group["FeatureDefinitions"], part)
            s3.put_object(Bucket=bucket, Key=f"{prefix}/{partition}/{name}", Body=body)


def _parquet(definitions: list[Record], rows: list[Record]) -> bytes:
    columns: dict[str, pa.Array] = {}
    for definition in definitions:
        name, kind = definition["FeatureName"], definition["FeatureType"]
        values = [row["record"].get(name) for row in rows]
        cast = _CASTS[kind]
        columns[name.lower()] = pa.array(
            [None if value is None else cast(value) for value in values], _TYPES[kind]
        )
    now = datetime.now(UTC).replace(tzinfo=None)  # Hive's timestamps have no zone
    moment = pa.timestamp("ms")
    columns["write_time"] = pa.array([now] * len(rows), moment)
    columns["api_invocation_time"] = pa.array(
        [datetime.fromtimestamp(row["invoked"], UTC).replace(tzinfo=None) for row in rows], moment
    )
    columns["is_deleted"] = pa.array([row["deleted"] for row in rows], pa.bool_())
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="snappy")
    return buffer.getvalue()


_WRITERS: dict[Path, OfflineWriter] = {}


def writer(cloud: Cloud) -> OfflineWriter:
    """The writer of this embedded AWS."""
    return _WRITERS.setdefault(cloud.data_dir, OfflineWriter(cloud))


def close_writer(cloud: Cloud) -> None:
    found = _WRITERS.pop(cloud.data_dir, None)
    if found:
        found.close()
