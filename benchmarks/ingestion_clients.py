"""python -m benchmarks.ingestion_clients CLIENT GROUP PART WORKERS: prints the seconds it took."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "ml_code"))


def by_sdk(group: str, part: Path, workers: int) -> Callable[[], None]:
    from sagemaker.feature_store.feature_group import FeatureGroup
    from sagemaker.session import Session

    feature_group = FeatureGroup(name=group, sagemaker_session=Session(boto3.Session()))
    frame = pd.read_csv(part)
    return lambda: feature_group.ingest(data_frame=frame, max_workers=workers, wait=True)


def by_batches(group: str, part: Path, workers: int) -> Callable[[], None]:
    from preparing.ingestion import IngestionResult, ingest_file
    from preparing.worker_pool import WorkerPool

    def ingest() -> None:
        with WorkerPool(workers) as pool:
            found = ingest_file(group, part, workers=pool, dead_letters=part.with_suffix(".lost"))
        if found != IngestionResult(stored=found.stored):
            raise RuntimeError(str(found))

    return ingest


if __name__ == "__main__":
    client, name, path, count = sys.argv[1:]
    ingest = {"sdk": by_sdk, "batches": by_batches}[client](name, Path(path), int(count))
    started = time.perf_counter()
    ingest()
    print(time.perf_counter() - started)
