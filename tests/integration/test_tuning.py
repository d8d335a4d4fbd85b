"""Runs that tune hyperparameters, with IAM enforced."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contract.names import tuning_job_prefix
from reviews.client.runs.execution import Execution
from reviews.client.runs.steps import State
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import TRAINING, begin, finish, unique
from worlds.waiting import until

_JOBS, _PARALLEL = 3, 2
_FIXED = [name for name in TRAINING if name != "learning_rate"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tuning") / "reviews.csv"
    found.write_bytes(reviews.to_csv(reviews.rows()))
    return found


def tune(deployment: Deployment, file: Path, name: str, *options: str) -> Any:
    """Starts a run by the command; the JSON that it answers."""
    fixed = [f"--set=training.{field}={TRAINING[field]}" for field in _FIXED]
    command = (sys.executable, "-m", "reviews.cli.main", "tune", str(file), f"--name={name}")
    said = deployment.run(*command, *fixed, *options, "--json")
    return json.loads(said[said.index("{\n") :])


@pytest.fixture(scope="module")
def tuned(deployment: Deployment, file: Path) -> Execution:
    """A run with three training jobs, two at a time."""
    limits = (f"--max-jobs={_JOBS}", f"--parallel={_PARALLEL}", "--max-cost=3")
    over = ("--strategy=random", "--over=learning_rate=3e-4..7e-4")
    said = tune(deployment, file, unique("tuned"), *over, *limits)
    found = finish(deployment, said["arn"])
    found.result()  # raises with the cause of a failure
    return found


def test_the_best_of_three_training_jobs_two_at_a_time_is_served(
    deployment: Deployment, tuned: Execution
) -> None:
    run = tuned.result()["run"]
    name = f"{tuning_job_prefix(deployment.settings.name, run['id'])}1"
    job = deployment.facade().runs.tuning(name)
    assert (job.status, len(job.jobs)) == ("Completed", _JOBS)
    assert most_at_once([(one.began, one.ended) for one in job.jobs]) == _PARALLEL
    best = max(job.jobs, key=lambda one: one.macro_f1 or 0)
    assert run["tuning"]["best_job"] == best.name
    assert run["tuning"]["best_value"] == best.macro_f1
    assert run["training"] == {**run["training"], **TRAINING, **best.values}
    assert 3e-4 <= best.values["learning_rate"] <= 7e-4
    version = served_version(deployment)
    assert f"/{best.name}/" in version["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    properties = version["CustomerMetadataProperties"]
    assert properties["learning_rate"] == str(best.values["learning_rate"])


def most_at_once(times: list[tuple[datetime, datetime | None]]) -> int:
    return max(
        sum(began <= moment and (ended is None or moment < ended) for began, ended in times)
        for moment, _ in times
    )


def served_version(deployment: Deployment) -> dict[str, Any]:
    """The newest version of the registry."""
    sagemaker, group = deployment.client("sagemaker"), deployment.settings.name
    (newest, *_) = sagemaker.list_model_packages(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )["ModelPackageSummaryList"]
    found: dict[str, Any] = sagemaker.describe_model_package(
        ModelPackageName=newest["ModelPackageArn"]
    )
    return found


def test_the_tags_and_the_limit_of_time_are_those_of_the_run(
    deployment: Deployment, tuned: Execution
) -> None:
    run, sagemaker = tuned.result()["run"], deployment.client("sagemaker")
    described = sagemaker.describe_training_job(TrainingJobName=run["tuning"]["best_job"])
    tags = sagemaker.list_tags(ResourceArn=described["TrainingJobArn"])["Tags"]
    assert {"Key": "reviews:run", "Value": run["id"]} in tags
    name = described["TuningJobArn"].rpartition("/")[2]
    job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    limits = job["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits["MaxRuntimeInSeconds"] == run["tuning"]["max_runtime_s"]


def test_the_same_search_is_not_repeated(deployment: Deployment, tuned: Execution) -> None:
    first = tuned.result()["run"]
    states = deployment.client("stepfunctions")
    document = json.loads(states.describe_execution(executionArn=tuned.arn)["input"])
    found = finish(deployment, begin(deployment, unique("again"), document))
    run = found.result()["run"]
    assert run["reused"]["train"] == first["id"]
    assert run["training"] == first["training"]
    assert run["tuning"]["best_job"] == first["tuning"]["best_job"]
    _, views = deployment.facade().runs.watch(found.arn).poll()
    shown = {view.step.key: view.step.state for view in views}
    assert shown["train"] is State.REUSED


def test_stopping_the_run_stops_the_tuning_job_and_its_training_jobs(
    deployment: Deployment, file: Path, tuned: Execution
) -> None:
    """It trains on the features of the run before."""
    runs, sagemaker = deployment.facade().runs, deployment.client("sagemaker")
    name = unique("stopped")
    tune(deployment, file, name, "--over=learning_rate=1e-4..2e-4", "--max-jobs=9")
    job = f"{tuning_job_prefix(deployment.settings.name, name)}1"

    def trials() -> list[dict[str, Any]]:
        found = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=job)
        if not found["HyperParameterTuningJobSummaries"]:
            return []
        listed: list[dict[str, Any]] = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=job
        )["TrainingJobSummaries"]
        return listed

    until(trials, bool, seconds=120, pause=1)
    assert job in runs.stop(runs.find(name))
    described = until(
        lambda: sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=job),
        lambda now: now["HyperParameterTuningJobStatus"] == "Stopped",
        seconds=120,
        pause=1,
    )
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    assert all(one["TrainingJobStatus"] != "InProgress" for one in trials())
