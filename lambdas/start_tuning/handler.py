"""Starts the tuning job, whose training jobs are those of the step's own request."""

from typing import Any

import boto3

from contract.steps import JobKind
from contract.tuning import (
    HYPERBAND,
    OBJECTIVE,
    STRATEGIES,
    hyperband_bounds,
    parameter_ranges,
    random_seed,
)
from shared.errors import translate_errors
from shared.jobs import start_once
from shared.run import Document
from shared.training_request import training_job_request

SAGEMAKER = boto3.client("sagemaker")
# What HyperParameterTrainingJobDefinition has of CreateTrainingJob (botocore's model of SageMaker):
# neither the profiler nor the hook and the rules of Debugger.
_OF_THE_DEFINITION = (
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
# HyperParameterAlgorithmSpecification: SageMaker itself takes the metrics of tuning jobs.
_OF_THE_ALGORITHM = ("TrainingImage", "TrainingInputMode", "MetricDefinitions")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    name = f"{run['tuning']['job']}{event['attempt']}"
    request = tuning_job_request(run, event["request"], event["instance_types"], name)
    start_once(
        run,
        lambda: SAGEMAKER.create_hyper_parameter_tuning_job(**request),
        lambda: SAGEMAKER.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name),
    )
    return {"kind": JobKind.TUNING.value, "name": name}


def tuning_job_request(run: Document, template: Document, types: list[str], name: str) -> Document:
    """CreateHyperParameterTuningJob; `template` is that of the training job, `types` the instance
    types that it may have, in their order."""
    training = training_job_request(run, template, name)
    ranges = parameter_ranges(run["tuning"]["over"])
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": tuning_job_config(run, ranges),
        "TrainingJobDefinition": training_job_definition(training, ranges, types),
        "Tags": training["Tags"],  # SageMaker adds them to the training jobs, too
    }


def tuning_job_config(run: Document, ranges: Document) -> Document:
    """HyperParameterTuningJobConfig; `ranges` are its ParameterRanges."""
    tuning = run["tuning"]
    limits = {
        "MaxNumberOfTrainingJobs": tuning["max_jobs"],
        "MaxParallelTrainingJobs": tuning["parallel"],
    }
    if tuning["max_runtime_s"]:
        limits["MaxRuntimeInSeconds"] = tuning["max_runtime_s"]
    config = {
        "Strategy": STRATEGIES[tuning["strategy"]],
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": OBJECTIVE},
        "ResourceLimits": limits,
        "ParameterRanges": ranges,
        # "TrainingJobEarlyStoppingType must be OFF to use Hyperband" (botocore's model), and of a
        # job that is stopped there is no model.
        "TrainingJobEarlyStoppingType": "Off",
        "RandomSeed": random_seed(run["training"]),
    }
    if tuning["strategy"] == HYPERBAND:
        bounds = {"HyperbandStrategyConfig": hyperband_bounds(run["training"])}
        config["StrategyConfig"] = bounds
    return config


def training_job_definition(training: Document, ranges: Document, types: list[str]) -> Document:
    """TrainingJobDefinition: the request without the hyperparameters that are tuned."""
    tuned = {one["Name"] for kind in ranges.values() for one in kind}
    static = {
        name: value for name, value in training["HyperParameters"].items() if name not in tuned
    }
    algorithm = training["AlgorithmSpecification"]
    definition = {name: training[name] for name in _OF_THE_DEFINITION if name in training}
    if len(types) > 1:
        resources = with_types(definition.pop("ResourceConfig"), types)
        definition["HyperParameterTuningResourceConfig"] = resources
    return {
        **definition,
        # All training jobs of a tuning job have the same folder of checkpoints.
        "StaticHyperParameters": {**static, "tuning": '"true"'},
        "AlgorithmSpecification": {
            name: algorithm[name] for name in _OF_THE_ALGORITHM if name in algorithm
        },
    }


def with_types(resources: Document, types: list[str]) -> Document:
    """HyperParameterTuningResourceConfig, with which SageMaker itself takes the next type where it
    lacks instances of one."""
    kept = ("InstanceCount", "VolumeSizeInGB")
    found: Document = {
        "AllocationStrategy": "Prioritized",
        "InstanceConfigs": [
            {"InstanceType": type_, **{name: resources[name] for name in kept}} for type_ in types
        ],
    }
    if "VolumeKmsKeyId" in resources:
        found["VolumeKmsKeyId"] = resources["VolumeKmsKeyId"]
    return found
