"""Spot interruptions and retries: a job of several attempts."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.core.errors import AwsError
from localcloud.jobs import spot
from localcloud.jobs.interruption import interrupt
from localcloud.jobs.profiler import Profiler
from worlds.execution_world import World
from worlds.job_world import JobWorld, stages

SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
}
ATTEMPT = ["Starting", "Downloading", "Training"]
RULE = {
    "RuleConfigurationName": "ProfilerReport",
    "RuleEvaluatorImage": "503895931360.dkr.ecr.us-east-1.amazonaws.com/rules:latest",
    "RuleParameters": {"rule_to_invoke": "ProfilerReport"},
}
RESUMING = """
    import pathlib, signal, sys, time
    step = pathlib.Path("/opt/ml/checkpoints/step")
    ready = pathlib.Path("/opt/ml/model/ready")
    if step.exists():
        sys.exit(print(f"resumed at {step.read_text()}, {ready.exists()}"))
    def save(*_):
        step.write_text("7")
        sys.exit(print("saved"))
    signal.signal(signal.SIGTERM, save)
    time.sleep(1)  # more than is rounded away from the seconds that are not billed
    ready.touch()
    time.sleep(60)
"""
DEAF = """
    import pathlib, signal, sys, time
    step = pathlib.Path("/opt/ml/checkpoints/step")
    if step.exists():
        sys.exit()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    step.touch()
    pathlib.Path("/opt/ml/model/ready").touch()
    time.sleep(60)
"""


def test_an_interrupted_job_continues_on_new_instances_from_its_checkpoints(
    world: World, jobs: JobWorld
) -> None:
    jobs.start("spot", RESUMING, **SPOT)
    jobs.wait_for_file("spot", "model/ready")
    interrupt(jobs.cloud, "spot")
    job = jobs.ended("spot")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert stages(job) == [*ATTEMPT, "Interrupted", *ATTEMPT, "Uploading", "Completed"]
    assert job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]
    assert world.keys("spot/checkpoints/") == ["step"]
    assert jobs.streams("spot") == [["saved"], ["resumed at 7, False"]]


def test_an_interrupted_job_that_does_not_end_within_the_notice_is_killed(
    jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spot, "NOTICE_SECONDS", 0.2)
    jobs.start("deaf", DEAF, **SPOT)
    jobs.wait_for_file("deaf", "model/ready")
    interrupt(jobs.cloud, "deaf")
    job = jobs.ended("deaf")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert "Interrupted" in stages(job)


def test_the_time_to_wait_is_for_all_attempts(jobs: JobWorld) -> None:
    limits = {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1}
    job = jobs.run("late", "import time; time.sleep(60)", **SPOT | {"StoppingCondition": limits})
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert "Stopping" in stages(job)


def test_an_internal_error_is_tried_again_as_often_as_asked(
    jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no instance")

    monkeypatch.setattr(Profiler, "follow", fails)
    retry = {"MaximumRetryAttempts": 1}
    job = jobs.run("again", "", RetryStrategy=retry, ProfilerRuleConfigurations=[RULE])
    assert job["FailureReason"] == "InternalServerError: RuntimeError: no instance"
    assert stages(job) == [*ATTEMPT, *ATTEMPT, "Failed"]
    (rule,) = job["ProfilerRuleEvaluationStatuses"]
    assert rule["RuleEvaluationStatus"] == "Stopped"
    assert rule["StatusDetails"] == "The training job ended before the rule was evaluated"


def test_only_a_spot_job_on_its_instances_is_interrupted(jobs: JobWorld) -> None:
    jobs.run("on-demand", "")
    jobs.run("ended", "", **SPOT)
    for name, message in {
        "nobody": "Requested resource not found.",
        "on-demand": "The training job on-demand cannot be interrupted: it does not use managed "
        "spot training.",
        "ended": "The training job ended cannot be interrupted: it is in secondary status "
        "Completed.",
    }.items():
        with pytest.raises(AwsError) as caught:
            interrupt(jobs.cloud, name)
        assert caught.value.message == message


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"EnableManagedSpotTraining": True},
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 2}},
            "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is "
            "set to true",
        ),
    ],
)
def test_the_time_to_wait_belongs_to_spot_training(
    world: World, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ClientError) as caught:
        world.train("refused", "", **changes)
    assert caught.value.response["Error"] == {"Code": "ValidationException", "Message": complaint}


def test_an_hour_of_an_instance_that_is_taken_back_is_billed() -> None:
    assert spot.unbilled(3599) == 3599
    assert spot.unbilled(3600) == 0
