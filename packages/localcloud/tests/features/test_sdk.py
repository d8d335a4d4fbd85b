"""The SageMaker SDK's own FeatureGroup against the embedded AWS, from create to Athena."""

import time
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

from localcloud.server import LocalCloud
from worlds.waiting import until

BUCKET, NAME, ROWS = "sdk-features", "sdk-reviews", 200


def test_the_sdk_creates_ingests_and_queries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalCloud(data_dir=tmp_path / "cloud") as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        # The SDK warns of its successor while it is imported, and warnings are errors here.
        monkeypatch.setenv("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
        from sagemaker.feature_store.feature_group import FeatureGroup
        from sagemaker.session import Session

        pause = time.sleep  # the SDK's own are of seconds
        monkeypatch.setattr(time, "sleep", lambda seconds: pause(min(seconds, 0.1)))
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        group = _created(FeatureGroup(NAME, sagemaker_session=Session(default_bucket=BUCKET)))
        rows = _rows()
        group.ingest(rows, max_workers=2, max_processes=1, wait=True)
        assert _count(group, "COUNT(*)", ROWS) == ROWS
        # A job that starts again ingests the same rows again: the offline store keeps both
        # versions, and the pipeline counts reviews.
        group.ingest(rows, max_workers=2, max_processes=1, wait=True)
        assert _count(group, "COUNT(*)", 2 * ROWS) == 2 * ROWS
        assert _count(group, "COUNT(DISTINCT review_id)", ROWS) == ROWS


def _rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "review_id": [f"r{number}" for number in range(ROWS)],
            "event_time": ["2026-01-02T03:04:05.678Z"] * ROWS,
            "sentiment": [number % 3 - 1 for number in range(ROWS)],
        }
    ).astype({"review_id": "string", "event_time": "string"})


def _created(group: Any) -> Any:
    group.load_feature_definitions(data_frame=_rows())
    group.create(
        s3_uri=f"s3://{BUCKET}/feature-store",
        record_identifier_name="review_id",
        event_time_feature_name="event_time",
        role_arn="arn:aws:iam::000000000000:role/features",
        enable_online_store=True,
    )
    status = until(
        lambda: group.describe()["FeatureGroupStatus"], lambda status: status != "Creating"
    )
    assert status == "Created"
    return group


def _count(group: Any, counted: str, wanted: int) -> int:
    query = group.athena_query()

    def count() -> int:
        query.run(
            query_string=f'SELECT {counted} AS n FROM "{query.table_name}"',
            output_location=f"s3://{BUCKET}/athena/",
        )
        query.wait()
        # wait() only logs a failed query; its missing result would show as a bare 404.
        status = query.get_query_execution()["QueryExecution"]["Status"]
        assert status["State"] == "SUCCEEDED", status
        return int(query.as_dataframe()["n"][0])

    return until(count, lambda found: found >= wanted, pause=1)
