"""Ingestion into a SageMaker feature group: each row is stored, or a dead letter with its reason.

With boto3 alone, from all processes of the job, and with a few concurrent calls in each.
"""

import csv
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from common.feature_files import read_frames
from preparing.record_writer import Failure, RecordWriter
from preparing.worker_pool import WorkerPool
from reading.errors import UserError

ATTEMPTS = 3
_TASK_ROWS = 1_000
_THREADS = 4  # of a process: they wait for responses most of the time
_MAX_WAIT_SECONDS = 8.0
Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class IngestionResult:
    """How many rows are stored, how many failed, and why the first of those did."""

    stored: int = 0
    failed: int = 0
    reason: str = ""

    def __add__(self, other: "IngestionResult") -> "IngestionResult":
        return IngestionResult(
            stored=self.stored + other.stored,
            failed=self.failed + other.failed,
            reason=self.reason or other.reason,
        )


@dataclass(frozen=True, kw_only=True)
class IngestionTask:
    """Rows (feature names and values) for one process."""

    group: str
    rows: Sequence[Row]


def check_feature_group(name: str) -> None:
    """Raises UserError when the group does not exist or the role may not describe it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client("sagemaker").describe_feature_group(FeatureGroupName=name)
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"feature group {name!r}: {error}") from error


def ingest_file(
    group: str, path: Path, *, workers: WorkerPool, dead_letters: Path
) -> IngestionResult:
    """Ingests a file of features; appends rows that are not stored to the CSV `dead_letters`."""
    total = IngestionResult()
    for task, reasons in workers.map(ingest, _tasks(group, path)):
        failed = [
            {**row, "reason": reason}
            for row, reason in zip(task.rows, reasons, strict=True)
            if reason
        ]
        _append(dead_letters, failed)
        total += IngestionResult(
            stored=len(reasons) - len(failed),
            failed=len(failed),
            reason=failed[0]["reason"] if failed else "",
        )
    return total


def ingest(task: IngestionTask) -> tuple[IngestionTask, list[str]]:
    """The task, and why each of its rows is not stored: an empty text for those that are."""
    writer = _writer(task.group)
    reasons = [""] * len(task.rows)
    pending = list(range(len(task.rows)))
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0.5, 1) * min(_MAX_WAIT_SECONDS, 2**attempt))
        transient = []
        for number, failure in _write(writer, task.rows, pending):
            reasons[number] = failure.reason if failure else ""
            if failure and failure.is_transient:
                transient.append(number)
        pending = transient
        if not pending:
            break
        print(f"{len(pending)} rows failed, attempt {attempt + 1}", flush=True)
    return task, reasons


def _write(
    writer: RecordWriter, rows: Sequence[Row], numbers: Sequence[int]
) -> Iterator[tuple[int, Failure | None]]:
    """Writes the rows of these numbers, in concurrent batches."""
    size = writer.batch_size
    batches = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    with ThreadPoolExecutor(_THREADS) as threads:
        results = threads.map(lambda batch: writer.write([rows[one] for one in batch]), batches)
        for batch, failures in zip(batches, results, strict=True):
            yield from zip(batch, failures, strict=True)


def _tasks(group: str, path: Path) -> Iterator[IngestionTask]:
    for frame in read_frames(path, rows=_TASK_ROWS):
        yield IngestionTask(group=group, rows=frame.to_dict("records"))


def _append(dead_letters: Path, rows: Sequence[Row]) -> None:
    if not rows:
        return
    dead_letters.parent.mkdir(parents=True, exist_ok=True)
    is_new = not dead_letters.exists()
    with dead_letters.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


@cache
def _writer(group: str) -> RecordWriter:
    """The writer of this process, whose connections stay open."""
    return RecordWriter(client("sagemaker-featurestore-runtime"), group)


def client(service: str) -> Any:
    """A client in the region of the job. boto3 itself retries calls, by AWS_MAX_ATTEMPTS."""
    import boto3
    from botocore.config import Config

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    options = Config(max_pool_connections=_THREADS, retries={"mode": "standard"})
    return boto3.session.Session(region_name=region).client(service, config=options)
