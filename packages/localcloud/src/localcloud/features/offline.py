"""Writes spooled records to the offline store: Parquet files under Hive partitions, as SageMaker's.

A file appears in S3 whole or not at all. A server killed between the files and the end of their
batch writes the same files again, so every acknowledged record is in the offline store once.
"""

import logging
import threading
import time
from typing import Any

from localcloud.core.cloud import Cloud, Service
from localcloud.core.records import Record
from localcloud.faults.fault import OFFLINE_STORE
from localcloud.faults.registry import Faults
from localcloud.features import parquet
from localcloud.features.expiry import remove_expired
from localcloud.features.online import OnlineStore
from localcloud.features.spool import Batch, Waiting
from localcloud.iam.role import Role

_PAUSE_SECONDS = 0.2
# Many small files make queries slow. So rows wait while others keep coming, but not for long; AWS
# lets them wait up to fifteen minutes.
_QUIET_SECONDS, _PATIENCE_SECONDS, _FILE_ROWS = 0.5, 30.0, 50_000
_RETRY_SECONDS = 5.0
_LOGGER = logging.getLogger(__name__)


class OfflineWriter(Service):
    """Empties the spool, in a thread of its own."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._stop = threading.Event()
        self._writing = threading.Lock()
        self._paused: dict[str, float] = {}  # groups whose last write failed, and when to try again
        self._thread = threading.Thread(target=self._run, name="offline-store", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def shutdown(self) -> None:
        """Writes what is left and ends the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stop.wait(_PAUSE_SECONDS)
            try:
                remove_expired(self.cloud)
                self._write_all()
            except Exception:
                # The rows stay spooled; the next round tries again.
                _LOGGER.exception("writing the offline store")

    def _write_all(self) -> None:
        """An error in one group, such as a deleted bucket, must not delay the others."""
        faults = self.cloud.service(Faults)
        for name in self._due():
            if faults.is_delayed(OFFLINE_STORE, name) and not self._stop.is_set():
                continue
            write = self.write_group if self._stop.is_set() else self._write_batch
            try:
                write(name)
            except Exception:
                # The rows stay spooled.
                _LOGGER.exception("writing the offline store of %s", name)
                self._paused[name] = time.time() + _RETRY_SECONDS

    def _due(self) -> list[str]:
        spool, now = self.cloud.service(OnlineStore).spool, time.time()
        return [
            name
            for name in spool.groups()
            if self._stop.is_set()
            or (self._paused.get(name, now) <= now and _is_due(spool.waiting(name), now))
        ]

    def write_group(self, name: str) -> None:
        """Writes all rows of a group."""
        while self._write_batch(name):
            pass

    def _write_batch(self, name: str) -> bool:
        """Writes a batch of a group's rows; returns False if there is none."""
        spool = self.cloud.service(OnlineStore).spool
        with self._writing:
            group = self.cloud.store.get("feature-group", name)
            if group is None or group["FeatureGroupStatus"] == "Creating":
                return False
            batch = spool.batch(name, _FILE_ROWS)
            if batch:
                _write(self._connect(group), group, batch)
                spool.written(name, batch)
            return batch is not None

    def _connect(self, group: Record) -> Any:
        """S3 with the group's role, which is there to persist its data."""
        if "RoleArn" not in group:
            return self.cloud.client("s3")
        session = f"FeatureStore-{group['FeatureGroupName']}"
        return Role.assume(self.cloud, group["RoleArn"], session).client("s3")


def _is_due(waiting: Waiting, now: float) -> bool:
    return (
        now - waiting.last >= _QUIET_SECONDS
        or now - waiting.first >= _PATIENCE_SECONDS
        or waiting.at_most >= _FILE_ROWS
    )


def _write(s3: Any, group: Record, batch: Batch) -> None:
    base = group["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    bucket, _, prefix = base.removeprefix("s3://").partition("/")
    for key, body in parquet.files(group["FeatureDefinitions"], batch.rows, batch.name):
        s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=body)
