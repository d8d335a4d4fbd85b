"""Instances that stay after a job, and the cache that the next one finds."""

import time
from typing import Any

import pytest

from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.jobs.training import (
    describe_training_job,
    list_training_jobs,
    update_training_job,
)
from localcloud.jobs.warm_pools import FOLDER, WarmPools
from worlds.execution_world import cluster
from worlds.job_world import JobWorld

WRITE = """
    import os, pathlib
    cache = pathlib.Path(os.environ["SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY"])
    for file in sorted(cache.iterdir()):
        print("found", file.name)
    (cache / os.environ["OWN"]).touch()
"""
PERIOD = 600


def kept(seconds: int = PERIOD, count: int = 1) -> dict[str, Any]:
    return {"ResourceConfig": cluster(count) | {"KeepAlivePeriodInSeconds": seconds}}


def run(jobs: JobWorld, name: str, **changes: Any) -> None:
    request = kept() | {"Environment": {"OWN": name}} | changes
    assert jobs.run(name, WRITE, **request)["TrainingJobStatus"] == "Completed"


def pool(jobs: JobWorld, name: str) -> dict[str, Any]:
    described = describe_training_job(jobs.cloud, {"TrainingJobName": name})
    found: dict[str, Any] = described.get("WarmPoolStatus", {})
    return found


def caches(jobs: JobWorld) -> list[str]:
    return sorted(path.name for path in (jobs.cloud.data_dir / FOLDER).glob("*"))


def test_a_job_that_matches_takes_the_instances_over_with_their_cache(jobs: JobWorld) -> None:
    run(jobs, "first")
    assert pool(jobs, "first")["Status"] == "Available"
    run(jobs, "second")
    assert jobs.streams("second") == [["found first"]]
    assert pool(jobs, "first")["Status"] == "Reused"
    assert pool(jobs, "first")["ReusedByJob"] == "second"
    run(jobs, "third", **kept(0))
    assert jobs.streams("third") == [["found first", "found second"]]
    assert pool(jobs, "third")["Status"] == "Terminated"
    assert caches(jobs) == []


@pytest.mark.parametrize(
    "changes", [kept(count=2), {"EnableNetworkIsolation": True}, {"RoleArn": "another"}]
)
def test_a_job_that_differs_has_instances_of_its_own(
    jobs: JobWorld, changes: dict[str, Any]
) -> None:
    if "RoleArn" in changes:
        changes = {"RoleArn": jobs.world.make_role("another")}
    run(jobs, "one")
    run(jobs, "other", **changes)
    assert pool(jobs, "one")["Status"] == pool(jobs, "other")["Status"] == "Available"
    listed = list_training_jobs(jobs.cloud, {"WarmPoolStatusEquals": "Available"})
    found = [job["TrainingJobName"] for job in listed["TrainingJobSummaries"] if job]
    assert sorted(found) == ["one", "other"]


def test_a_pool_ends_when_its_time_is_over(jobs: JobWorld) -> None:
    run(jobs, "early")
    jobs.cloud.store.update("training-job", "early", WarmPoolSince=time.time() - PERIOD - 1)
    assert pool(jobs, "early") == {
        "Status": "Terminated",
        "ResourceRetainedBillableTimeInSeconds": PERIOD,
    }
    jobs.run("late", "")
    assert pool(jobs, "late") == {}
    assert caches(jobs) == []


def test_a_failed_job_keeps_its_instances_and_one_without_a_period_does_not(
    jobs: JobWorld,
) -> None:
    jobs.run("failed", "raise SystemExit(1)", **kept())
    assert pool(jobs, "failed")["Status"] == "Available"
    jobs.run("other", "", ResourceConfig=cluster(2))
    assert pool(jobs, "other") == {}


def test_how_long_instances_stay_can_be_changed(jobs: JobWorld) -> None:
    def update(name: str, seconds: int) -> None:
        resources = {"KeepAlivePeriodInSeconds": seconds}
        update_training_job(jobs.cloud, {"TrainingJobName": name, "ResourceConfig": resources})

    run(jobs, "changed")
    update("changed", 60)
    record = describe_training_job(jobs.cloud, {"TrainingJobName": "changed"})
    assert record["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 60
    update("changed", 0)
    assert pool(jobs, "changed")["Status"] == "Terminated"
    assert caches(jobs) == []
    with pytest.raises(ValidationException, match="changed has no warm pool that is available"):
        update("changed", 60)
    with pytest.raises(ResourceNotFound, match="Requested resource not found"):
        update("nobody", 60)


def test_the_instances_of_an_earlier_server_are_gone(jobs: JobWorld) -> None:
    run(jobs, "before")
    jobs.cloud.service(WarmPools).recover()
    assert pool(jobs, "before")["Status"] == "Terminated"


def test_spot_instances_do_not_stay(jobs: JobWorld) -> None:
    limits = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    spot = {"EnableManagedSpotTraining": True, "StoppingCondition": limits}
    with pytest.raises(ValidationException, match="is not supported with EnableManagedSpot"):
        jobs.start("spot", "", **kept(), **spot)
