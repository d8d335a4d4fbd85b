"""Ingestion into a SageMaker Feature Group through the SDK, with failed rows retried."""

import os
import time
from pathlib import Path
from typing import Any

from feature_files import read_frames
from problems import UserError

# Version 2 of the SDK, which this project pins, would announce version 3 at every import.
os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")

ATTEMPTS = 3
_CHUNK_ROWS = 10_000
# The SDK would report each call to its makers; a job in a closed network must not try.
_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def open_feature_group(name: str) -> Any:
    """The SDK's FeatureGroup; raises UserError when it does not exist or may not be described."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from sagemaker.feature_store.feature_group import FeatureGroup
    from sagemaker.session import Session

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    session = Session(boto3.Session(region_name=region), sagemaker_config=_NO_TELEMETRY)
    # The SDK's ingestion makes its own clients, which read only this variable.
    os.environ.setdefault("AWS_DEFAULT_REGION", session.boto_region_name)
    group = FeatureGroup(name=name, sagemaker_session=session)
    try:
        group.describe()
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"feature group {name!r}: {error}") from error
    return group


def ingest_file(group: Any, path: Path, *, workers: int, dead_letters: Path) -> tuple[int, int]:
    """Ingests a file of features; returns (rows stored, rows that failed three times).

    Those that failed are added to `dead_letters`.
    """
    stored = failed = 0
    for read in read_frames(path, rows=_CHUNK_ROWS):
        # The Feature Store refuses an empty number; a record may lack a feature.
        frame = read.loc[:, (read != "").any()]
        lost = _ingest(group, frame, workers)
        stored += len(frame) - len(lost)
        if len(lost):
            dead_letters.parent.mkdir(parents=True, exist_ok=True)
            lost.to_csv(dead_letters, mode="a", header=not dead_letters.exists(), index=False)
            failed += len(lost)
    return stored, failed


def _ingest(group: Any, frame: Any, workers: int) -> Any:
    """The rows of `frame` that every attempt failed to store."""
    from sagemaker.feature_store.feature_group import IngestionError

    for attempt in range(ATTEMPTS):
        try:
            group.ingest(data_frame=frame, max_workers=workers, wait=True)
        except IngestionError as error:
            print(f"{len(error.failed_rows)} rows failed, attempt {attempt + 1}", flush=True)
            frame = frame.loc[error.failed_rows]
            if attempt + 1 < ATTEMPTS:
                time.sleep(2**attempt)
        else:
            return frame.iloc[:0]
    return frame
