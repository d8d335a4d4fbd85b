"""Jobs of the embedded AWS whose process is killed, whose machine is taken back, or is full."""

from pathlib import Path
from typing import Any

import pytest

from contract.metrics import VALIDATION, VALIDATION_BEST
from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.real_jobs import RealJobs
from tests.ml_code.tiny import make_reviews, write_reviews
from worlds.execution_world import World, cloud, world
from worlds.waiting import until

__all__ = ["cloud", "world"]
pytestmark = pytest.mark.slow
AREA = "Jobs of the embedded AWS"
SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
}


@pytest.fixture(scope="module")
def jobs(
    cloud: LocalCloud, world: World, base_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> RealJobs:
    made = RealJobs(cloud, world)
    folder = tmp_path_factory.mktemp("reviews")
    made.upload(
        base_model,
        few=write_reviews(folder / "few.csv", make_reviews(80)),
        many=write_reviews(folder / "many.csv", make_reviews(9_000)),
    )
    return made


@pytest.fixture(scope="module")
def processed(jobs: RealJobs) -> str:
    """The name of a processing job to which nothing happened."""
    jobs.process("few-reviews", "few")
    return "few-reviews"


@pytest.fixture(scope="module")
def trained(jobs: RealJobs, processed: str) -> dict[str, Any]:
    """The description of a training job to which nothing happened."""
    jobs.start_training("undisturbed", features=processed, checkpoints="undisturbed")
    return completed(jobs, "undisturbed")


def completed(jobs: RealJobs, name: str) -> dict[str, Any]:
    job = until(
        lambda: jobs.world.sagemaker.describe_training_job(TrainingJobName=name),
        lambda now: now["TrainingJobStatus"] != "InProgress",
        seconds=300,
    )
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    return job


def metrics(job: dict[str, Any]) -> dict[str, float]:
    """Those of the model, and not of the time that it took."""
    found = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    return {name: value for name, value in found.items() if name.startswith("validation:")}


def expect_same(jobs: RealJobs, job: dict[str, Any], undisturbed: dict[str, Any]) -> None:
    assert metrics(job) == metrics(undisturbed)
    assert set(metrics(job)) == {VALIDATION_BEST, *VALIDATION}
    assert jobs.weights(job) == jobs.weights(undisturbed)


def test_a_processing_job_whose_process_is_killed_fails_and_the_next_one_makes_the_same(
    jobs: RealJobs, tried: Tried
) -> None:
    jobs.process("undisturbed-processing", "many")
    jobs.start_processing("killed-processing", "many")
    jobs.wait_until_busy("killed-processing")
    jobs.kill("killed-processing", "preprocess.py")
    ended = jobs.world.wait_for_processing("killed-processing")
    assert ended["ProcessingJobStatus"] == "Failed"
    assert ended["FailureReason"].startswith(
        "AlgorithmError: See job logs for more information, exit code: 137"
    )
    assert jobs.processes("killed-processing") == []
    assert jobs.features("killed-processing") == {}
    jobs.process("again-processing", "many")
    assert jobs.features("again-processing") == jobs.features("undisturbed-processing")
    tried(AREA, "processing job killed", Outcome.AGAIN)


def test_a_training_job_whose_process_is_killed_fails_and_the_next_one_goes_on_from_it(
    jobs: RealJobs, processed: str, trained: dict[str, Any], tried: Tried
) -> None:
    jobs.start_training("killed", features=processed, checkpoints="killed")
    jobs.wait_for_line("TrainingJobs", "killed", "epoch=2 step=")
    jobs.kill("killed", "train.py")
    ended = jobs.world.wait_for_training("killed")
    assert ended["TrainingJobStatus"] == "Failed"
    assert "ExitCode -9" in ended["FailureReason"]
    assert jobs.processes("killed") == []
    jobs.start_training("again", features=processed, checkpoints="killed")
    expect_same(jobs, completed(jobs, "again"), trained)
    assert any("Resumed at step" in line for line in jobs.lines("TrainingJobs", "again"))
    tried(AREA, "training job killed", Outcome.AGAIN)


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_training_job_whose_machine_is_taken_back_goes_on_to_the_same_model(
    epoch: int,
    jobs: RealJobs,
    processed: str,
    trained: dict[str, Any],
    faults: FaultClient,
    tried: Tried,
) -> None:
    name = f"spot-{epoch}"
    jobs.start_training(name, features=processed, checkpoints=name, **SPOT)
    jobs.wait_for_line("TrainingJobs", name, f"epoch={epoch} step=")
    faults.add("interrupt", name)
    job = completed(jobs, name)
    assert "Interrupted" in [stage["Status"] for stage in job["SecondaryStatusTransitions"]]
    assert any("Resumed at step" in line for line in jobs.lines("TrainingJobs", name))
    expect_same(jobs, job, trained)
    assert jobs.processes(name) == []
    tried(AREA, "spot machine taken back", Outcome.SAME)
