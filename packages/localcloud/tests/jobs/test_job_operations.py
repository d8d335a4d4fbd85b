"""Deleting jobs that have ended, through a real boto3 client."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.core.cloud import Cloud
from worlds.wire_client import client_of, new_cloud

JOBS = {
    "ProcessingJob": ("processing-job", "Could not find requested job with name: job"),
    "TrainingJob": ("training-job", "Requested resource not found."),
}


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return new_cloud(tmp_path)


def delete(cloud: Cloud, noun: str) -> Any:
    client = client_of(cloud)
    calls = {
        "ProcessingJob": client.delete_processing_job,
        "TrainingJob": client.delete_training_job,
    }
    return calls[noun](**{f"{noun}Name": "job"})


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
@pytest.mark.parametrize("noun", JOBS)
def test_an_ended_job_is_deleted(cloud: Cloud, noun: str, status: str) -> None:
    kind, missing = JOBS[noun]
    cloud.store.put(kind, "job", {f"{noun}Status": status})
    delete(cloud, noun)
    assert cloud.store.get(kind, "job") is None
    with pytest.raises(ClientError) as raised:
        delete(cloud, noun)
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ResourceNotFound", missing)


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
@pytest.mark.parametrize("noun", JOBS)
def test_a_job_that_runs_is_not_deleted(cloud: Cloud, noun: str, status: str) -> None:
    kind, _ = JOBS[noun]
    cloud.store.put(kind, "job", {f"{noun}Status": status})
    with pytest.raises(ClientError) as raised:
        delete(cloud, noun)
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ResourceInUse",
        f"A job in status {status} cannot be deleted: job",
    )
    assert cloud.store.get(kind, "job") is not None
