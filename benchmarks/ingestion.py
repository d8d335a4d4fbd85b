"""Ingestion into the embedded AWS's Feature Store: the SDK's FeatureGroup.ingest, and ml_code's.

An expert who uses the SageMaker SDK calls `FeatureGroup.ingest` with several workers: one PutRecord
a row, from threads of one process. It has the best of the numbers of workers that are tried here.
"""

import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import boto3
import pandas as pd

from benchmarks.measure import python
from contract.features import SCHEMA
from localcloud.core.cloud import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.server import LocalCloud

_ROWS = 6_000
_SDK_WORKERS = (4, 8, 32)
_PROCESSES = 2
_BUCKET = "ingestion-benchmark"


def compare(reviews: Path) -> None:
    """Prints the rows/s of each, without its start, on the same rows in one run."""
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder) / "cloud") as cloud:
        part = _write_features(reviews, Path(folder) / "part.csv")
        session = boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)
        session.client("s3", endpoint_url=cloud.endpoint_url).create_bucket(Bucket=_BUCKET)
        sagemaker = session.client("sagemaker", endpoint_url=cloud.endpoint_url)

        def rate(client: str, workers: int) -> float:
            group = f"{client}-{workers}"
            _create(sagemaker, group)
            module = "benchmarks.ingestion_clients"
            done = python("-m", module, client, group, part, workers, **cloud.environment())
            return _ROWS / float(done.output.splitlines()[-1])

        sdk = {workers: rate("sdk", workers) for workers in _SDK_WORKERS}
        ours = rate("batches", _PROCESSES)
    best = max(sdk, key=sdk.__getitem__)
    print(f"| {_ROWS:,} rows | rows/s |\n| --- | --- |")
    peer = f"FeatureGroup.ingest with {best} workers, the best of {_SDK_WORKERS}"
    print(f"| {peer} | {sdk[best]:,.0f} |")
    print(f"| BatchWriteRecord from {_PROCESSES} processes | {ours:,.0f} |")
    print(f"| ratio | {ours / sdk[best]:.1f} |")


def _write_features(reviews: Path, path: Path) -> Path:
    found = pd.read_csv(reviews)["Review Text"].dropna()
    texts = list(islice(cycle(" ".join(text.split()) for text in found), _ROWS))
    pd.DataFrame(
        {
            SCHEMA.identifier.name: [f"r{number}" for number in range(_ROWS)],
            SCHEMA.event_time.name: "2026-01-31T12:00:00.000Z",
            "sentiment": 1,
            "label_id": 2,
            "star_rating": 5,
            "input_ids": [
                str([len(word) * 997 % 30_000 for word in text.split()]) for text in texts
            ],
            "review_body": texts,
            "split_type": "train",
        }
    ).to_csv(path, index=False)
    return path


def _create(sagemaker: Any, group: str) -> None:
    sagemaker.create_feature_group(
        FeatureGroupName=group,
        RecordIdentifierFeatureName=SCHEMA.identifier.name,
        EventTimeFeatureName=SCHEMA.event_time.name,
        FeatureDefinitions=[
            {"FeatureName": name, "FeatureType": kind} for name, kind in SCHEMA.types.items()
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{_BUCKET}"}},
        RoleArn="arn:aws:iam::000000000000:role/features",
    )
    while sagemaker.describe_feature_group(FeatureGroupName=group)["FeatureGroupStatus"] != (
        "Created"
    ):
        time.sleep(0.1)
