"""Which training job of a tuning job becomes that of the run, and why none does."""

import json
from typing import Any

import pytest

from tests.lambdas.runs import run

NAME = "reviews-dev-abcde1"
RUN = run(
    training={"epochs": 3, "learning_rate": 2e-5, "batch_size": 32},
    tuning={"job": "reviews-dev-abcde", "strategy": "random"},
)


def job(number: int, value: float | None, status: str = "Completed", **more: Any) -> dict[str, Any]:
    name = "FinalHyperParameterTuningJobObjectiveMetric"
    metric = {} if value is None else {name: {"MetricName": "m", "Value": value}}
    return {
        "TrainingJobName": f"{NAME}-00{number}-aaaaaaaa",
        "TrainingJobStatus": status,
        "TunedHyperParameters": {"learning-rate": f"{number}e-05", "batch-size": '"16"'},
        **metric,
        **more,
    }


class Account:
    """A tuning job with its training jobs, two on a page, and a bucket."""

    def __init__(self, jobs: list[dict[str, Any]], **tuning_job: Any) -> None:
        self._jobs, self.written = jobs, {}
        self._tuning_job = {
            "HyperParameterTuningJobName": NAME,
            "HyperParameterTuningJobStatus": "Completed",
            "HyperParameterTuningJobConfig": {"ResourceLimits": {}},
            **tuning_job,
        }

    def describe_hyper_parameter_tuning_job(self, **_request: str) -> dict[str, Any]:
        return self._tuning_job

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_training_jobs_for_hyper_parameter_tuning_job"
        return self

    def paginate(self, *, HyperParameterTuningJobName: str, SortBy: str) -> Any:
        assert (HyperParameterTuningJobName, SortBy) == (NAME, "CreationTime")
        for start in range(0, len(self._jobs), 2):
            yield {"TrainingJobSummaries": self._jobs[start : start + 2]}

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:
        return {"ModelArtifacts": {"S3ModelArtifacts": f"s3://a/{TrainingJobName}/model.tar.gz"}}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.written[f"{Bucket}/{Key}"] = json.loads(Body)


@pytest.fixture
def end(load, monkeypatch):
    def ended(account: Account) -> dict[str, Any]:
        module = load("end_tuning")
        for name in ("SAGEMAKER", "S3"):
            monkeypatch.setattr(module, name, account)
        found: dict[str, Any] = module.handler({"run": RUN, "job": {"name": NAME}}, None)
        return found

    return ended


def test_the_best_training_job_and_its_hyperparameters_become_those_of_the_run(end) -> None:
    account = Account([job(1, 0.7), job(2, 0.9), job(3, 0.8)])
    found = end(account)
    best = f"{NAME}-002-aaaaaaaa"
    assert found["model_data"] == f"s3://a/{best}/model.tar.gz"
    assert found["run"]["training"] == {"epochs": 3, "learning_rate": 2e-5, "batch_size": 16}
    assert found["run"]["tuning"]["best_job"] == best
    assert found["run"]["tuning"]["best_value"] == 0.9
    assert account.written == {"artefacts/runs/run-1/run.json": found["run"]}


def test_a_job_that_was_stopped_has_saved_no_model(end) -> None:
    found = end(Account([job(1, 0.7), job(2, 0.9, "Stopped"), job(3, None, "Failed")]))
    assert found["run"]["tuning"]["best_job"] == f"{NAME}-001-aaaaaaaa"


@pytest.mark.parametrize("status", ["Completed", "Stopped", "Failed"])
def test_what_is_done_at_the_limit_of_time_goes_on_whatever_status_that_has(end, status) -> None:
    limits = {"ResourceLimits": {"MaxRuntimeInSeconds": 600}}
    account = Account(
        [job(1, 0.7), job(2, 0.1, "Stopped")],
        HyperParameterTuningJobStatus=status,
        HyperParameterTuningJobConfig=limits,
        ConsumedResources={"RuntimeInSeconds": 601},
    )
    assert end(account)["run"]["tuning"]["best_value"] == 0.7


def test_if_all_fail_the_reason_is_that_of_the_newest_with_how_many(end) -> None:
    failed = [
        job(1, None, "Failed", FailureReason="ClientError: no bucket"),
        job(2, None, "Failed", FailureReason="AlgorithmError: OutOfMemory: Process killed"),
    ]
    why = "No training job succeeded after 2 attempts."
    found = end(Account(failed, HyperParameterTuningJobStatus="Failed", FailureReason=why))
    assert (found["model_data"], found["status"]) == ("", "Failed")
    assert found["error"] == "AlgorithmError"
    assert found["reason"] == (
        f"AlgorithmError: OutOfMemory: Process killed (2 of 2 training jobs of {NAME} have failed)"
    )


@pytest.mark.parametrize(
    ("tuning_job", "reason", "status"),
    [
        (
            {
                "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxRuntimeInSeconds": 600}},
                "ConsumedResources": {"RuntimeInSeconds": 602},
            },
            "no training job was done within the limit of 600 s",
            "Failed",
        ),
        (
            {"HyperParameterTuningJobStatus": "Stopped"},
            "the tuning job was stopped before a training job was done",
            "Stopped",
        ),
        (
            {"FailureReason": "No objective metrics found after running 3 training jobs."},
            "No objective metrics found after running 3 training jobs.",
            "Failed",
        ),
    ],
    ids=["limit", "stopped", "metric"],
)
def test_without_a_model_there_is_a_reason(end, tuning_job, reason: str, status: str) -> None:
    found = end(Account([job(1, None, "Stopped")], **tuning_job))
    assert (found["model_data"], found["reason"], found["status"]) == ("", reason, status)
    assert found["run"] == RUN
