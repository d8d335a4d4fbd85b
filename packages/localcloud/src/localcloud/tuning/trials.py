"""The training jobs of a tuning job: what they are started with, and what has become of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record, pick
from localcloud.experiments import job_component
from localcloud.jobs.job import RUNNING
from localcloud.jobs.training_job import KIND

# What the SageMaker SDK takes out of the hyperparameters again (sagemaker/tuner.py), and
# sagemaker-training does not hand on to the script (sagemaker_training/params.py).
OBJECTIVE_PARAMETER = "_tuning_objective_metric"
_SAME = (
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingStartTime",
    "TrainingEndTime",
    "TrainingJobStatus",
    "FailureReason",
)


@dataclass(frozen=True)
class Trial:
    """A training job that a tuning job has started.

    `described`: its record. `objective`: its latest value; None without one. `started`: the entry
    of the tuning job's record.
    """

    started: Record
    described: Record
    objective: float | None

    @property
    def name(self) -> str:
        name: str = self.described["TrainingJobName"]
        return name

    @property
    def is_running(self) -> bool:
        return self.described["TrainingJobStatus"] in RUNNING

    @property
    def objective_status(self) -> str:
        if self.is_running:
            return "Pending"
        is_used = self.objective is not None and self.described["TrainingJobStatus"] != "Failed"
        return "Succeeded" if is_used else "Failed"


def name_of(tuning_job: str, number: int) -> str:
    """The name of a training job, such as xgboost-190407-1532-005-0e830ada: the fifth one, and
    eight digits.

    After a job of AWS in PacktPublishing's "Mastering Machine Learning on AWS", chapter 14.
    """
    return f"{tuning_job}-{number:03d}-{secrets.token_hex(4)}"


def request_of(tuning_job: Record, name: str, values: dict[str, str]) -> Record:
    """The request of CreateTrainingJob for these values of the ranges."""
    definition = tuning_job["TrainingJobDefinition"]
    return {
        "ResourceConfig": _first_resources(definition),
        **pick(definition, *_SAME),
        "TrainingJobName": name,
        "TuningJobArn": tuning_job["HyperParameterTuningJobArn"],
        "AlgorithmSpecification": definition["AlgorithmSpecification"],
        "HyperParameters": {**definition["StaticHyperParameters"], **values},
    }


def single_resources(definition: Record) -> Record:
    """The ResourceConfig of a HyperParameterTuningResourceConfig with one kind of instances; else
    empty."""
    flexible = definition.get("HyperParameterTuningResourceConfig", {})
    return {} if "InstanceConfigs" in flexible else pick(flexible, *_RESOURCES)


def _first_resources(definition: Record) -> Record:
    """The resources of a training job: the first of several kinds of instances, since this machine
    lacks none of them."""
    flexible = definition.get("HyperParameterTuningResourceConfig", {})
    if configs := flexible.get("InstanceConfigs"):
        return {**configs[0], **pick(flexible, "VolumeKmsKeyId")}
    return single_resources(definition)


def all_of(cloud: Cloud, tuning_job: Record) -> list[Trial]:
    """The training jobs in the order in which they were started, without those that were
    deleted."""
    metric = tuning_job["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    found = []
    for started in tuning_job["Started"]:
        described = cloud.store.get(KIND, started["TrainingJobName"])
        if described is not None:
            final = described.get("FinalMetricDataList", [])
            values = [one["Value"] for one in final if one["MetricName"] == metric["MetricName"]]
            found.append(Trial(started, described, values[-1] if values else None))
    return found


def history(cloud: Cloud, trial: Trial, metric: str) -> list[float]:
    """The values of the objective that the job has printed so far."""
    return job_component.metric_values(cloud, KIND, trial.name, metric)


def summary(trial: Trial, objective: Record) -> Record:
    """The training job in the form of Describe's best one and of List; `objective` has the fields
    of the metric that are shown."""
    value = {} if trial.objective is None else {"Value": trial.objective}
    return {
        **pick(trial.described, *_SUMMARY),
        **pick(trial.started, "TrainingJobDefinitionName", "TunedHyperParameters"),
        "ObjectiveStatus": trial.objective_status,
        **(
            {"FinalHyperParameterTuningJobObjectiveMetric": {**objective, **value}} if value else {}
        ),
    }


def best(found: Sequence[Trial], objective: Record) -> Trial | None:
    """The best of the training jobs whose objective counts."""
    sign = direction(objective)
    ended = [one for one in found if one.objective_status == "Succeeded"]
    return min(ended, key=lambda one: sign * (one.objective or 0.0), default=None)


def direction(objective: Record) -> float:
    """The factor that makes the smallest value of the objective the best one."""
    return 1.0 if objective["Type"] == "Minimize" else -1.0


def counters(found: Sequence[Trial]) -> dict[str, Any]:
    """TrainingJobStatusCounters and ObjectiveStatusCounters."""
    statuses = [
        "InProgress" if one.is_running else one.described["TrainingJobStatus"] for one in found
    ]
    failures = [one.described["FailureReason"] for one in found if "FailureReason" in one.described]
    retryable = sum(reason.startswith("InternalServerError") for reason in failures)
    objectives = [one.objective_status for one in found]
    return {
        "TrainingJobStatusCounters": {
            "Completed": statuses.count("Completed"),
            "InProgress": statuses.count("InProgress"),
            "RetryableError": retryable,
            "NonRetryableError": statuses.count("Failed") - retryable,
            "Stopped": statuses.count("Stopped"),
        },
        "ObjectiveStatusCounters": {
            status: objectives.count(status) for status in ("Succeeded", "Pending", "Failed")
        },
    }
