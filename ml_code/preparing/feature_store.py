"""Ingestion into a SageMaker Feature Group: each row is stored, or a dead letter with its reason.

By boto3 alone, from all processes of the job, with a few calls under way in each.
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
from common.problems import UserError
from preparing.feature_writer import Failure, Writer
from preparing.workers import Workers

ATTEMPTS = 3
_CHUNK_ROWS = 1_000
_THREADS = 4  # of a process: they wait for answers, and share its core for the rest
_LONGEST_WAIT = 8.0
Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """How many rows are stored, how many are not, and why the first of those is not."""

    stored: int = 0
    failed: int = 0
    reason: str = ""

    def __add__(self, other: "Ingested") -> "Ingested":
        return Ingested(
            stored=self.stored + other.stored,
            failed=self.failed + other.failed,
            reason=self.reason or other.reason,
        )


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Rows for one process."""

    group: str
    rows: Sequence[Row]


def check_feature_group(name: str) -> None:
    """Raises UserError when the group does not exist or may not be described."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client("sagemaker").describe_feature_group(FeatureGroupName=name)
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"feature group {name!r}: {error}") from error


def ingest_file(group: str, path: Path, *, workers: Workers, dead_letters: Path) -> Ingested:
    """Ingests a file of features; rows that are not stored are added to `dead_letters`."""
    total = Ingested()
    for chunk, reasons in workers.map(ingest, _chunks(group, path)):
        lost = [
            {**row, "reason": reason}
            for row, reason in zip(chunk.rows, reasons, strict=True)
            if reason
        ]
        _append(dead_letters, lost)
        total += Ingested(
            stored=len(reasons) - len(lost),
            failed=len(lost),
            reason=lost[0]["reason"] if lost else "",
        )
    return total


def ingest(chunk: Chunk) -> tuple[Chunk, list[str]]:
    """The chunk, and for each row why it is not stored: an empty text for those that are."""
    writer = _writer(chunk.group)
    reasons = [""] * len(chunk.rows)
    pending = list(range(len(chunk.rows)))
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0.5, 1) * min(_LONGEST_WAIT, 2**attempt))
        repeated = []
        for number, failure in _written(writer, chunk.rows, pending):
            reasons[number] = failure.reason if failure else ""
            if failure and failure.is_transient:
                repeated.append(number)
        pending = repeated
        if not pending:
            break
        print(f"{len(pending)} rows failed, attempt {attempt + 1}", flush=True)
    return chunk, reasons


def _written(
    writer: Writer, rows: Sequence[Row], numbers: Sequence[int]
) -> Iterator[tuple[int, Failure | None]]:
    batches = [
        numbers[start : start + writer.size] for start in range(0, len(numbers), writer.size)
    ]
    with ThreadPoolExecutor(_THREADS) as threads:
        results = threads.map(lambda batch: writer.write([rows[one] for one in batch]), batches)
        for batch, failures in zip(batches, results, strict=True):
            yield from zip(batch, failures, strict=True)


def _chunks(group: str, path: Path) -> Iterator[Chunk]:
    for frame in read_frames(path, rows=_CHUNK_ROWS):
        yield Chunk(group=group, rows=frame.to_dict("records"))


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
def _writer(group: str) -> Writer:
    """One a process, with connections that are kept."""
    return Writer(client("sagemaker-featurestore-runtime"), group)


def client(service: str) -> Any:
    """A client of the job's region. boto3 itself repeats calls that fail, by AWS_MAX_ATTEMPTS."""
    import boto3
    from botocore.config import Config

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    options = Config(max_pool_connections=_THREADS, retries={"mode": "standard"})
    return boto3.session.Session(region_name=region).client(service, config=options)
