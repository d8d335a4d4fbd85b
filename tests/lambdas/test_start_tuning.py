"""The request for the tuning job, judged by botocore's model of SageMaker."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from contract.tuning import STRATEGIES, resolve
from infra import requests
from infra.settings import settings_for
from shared.training_request import training_job_request
from tests.lambdas.runs import TAGS, run

(DEV,) = settings_for("dev")
TRAINING = {
    "epochs": 3,
    "batch_size": 32,
    "accumulation_steps": 1,
    "learning_rate": 2e-5,
    "star_spread": 0.7,
    "patience": 0,
    "max_length": 192,
    "seed": 42,
}
JOB = "reviews-dev-abcde"


def template() -> dict[str, Any]:
    role = "arn:aws:iam::123456789012:role/training"
    return requests.fill(requests.training(DEV), role=role, key="arn:aws:kms:key")


def tuned(**wish: Any) -> dict[str, Any]:
    """A run that tunes."""
    found = {"job": JOB, **resolve(wish, TRAINING)}
    return run(tuning=found, training=TRAINING)


def request(load: Any, *types: str, **wish: Any) -> dict[str, Any]:
    make = load("start_tuning").tuning_job_request
    made: dict[str, Any] = make(tuned(**wish), template(), list(types) or ["ml.a"], f"{JOB}1")
    return made


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_botocores_model_of_sagemaker_accepts_each_strategy(load, strategy: str) -> None:
    client = boto3.client("sagemaker", region_name="us-east-1")
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/{JOB}1"
    with Stubber(client) as stubber:
        answer = {"HyperParameterTuningJobArn": arn}
        stubber.add_response("create_hyper_parameter_tuning_job", answer)
        made = request(load, strategy=strategy)
        client.create_hyper_parameter_tuning_job(**made)
    assert made["HyperParameterTuningJobConfig"]["Strategy"] == STRATEGIES[strategy]


def test_its_training_jobs_are_those_of_the_training_step(load) -> None:
    """But for what a tuning job sets itself, or does not have."""
    single = training_job_request(tuned(), template(), f"{JOB}1")
    definition = request(load)["TrainingJobDefinition"]
    changed = {"HyperParameters", "AlgorithmSpecification"}
    for name in single.keys() & definition.keys() - changed:
        assert definition[name] == single[name]
    absent = {"TrainingJobName", "Tags", "ProfilerConfig"}
    assert single.keys() - changed - definition.keys() == absent
    assert definition["EnableManagedSpotTraining"] is True
    static = definition["StaticHyperParameters"]
    assert static.pop("tuning") == '"true"'
    hyperparameters = single["HyperParameters"]
    assert hyperparameters.keys() - static.keys() == {"batch-size", "learning-rate"}
    assert static == {name: hyperparameters[name] for name in static}
    metrics = definition["AlgorithmSpecification"]["MetricDefinitions"]
    assert metrics == single["AlgorithmSpecification"]["MetricDefinitions"]


def test_the_objective_is_a_metric_that_the_training_job_prints(load) -> None:
    made = request(load)
    objective = made["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    metrics = made["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    assert objective["Type"] == "Maximize"
    assert objective["MetricName"] in {metric["Name"] for metric in metrics}


def test_the_limits_are_those_of_the_run(load) -> None:
    config = request(load, max_jobs=6, parallel=3, max_runtime_s=7200)[
        "HyperParameterTuningJobConfig"
    ]
    assert config["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 6,
        "MaxParallelTrainingJobs": 3,
        "MaxRuntimeInSeconds": 7200,
    }
    without = request(load)["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert "MaxRuntimeInSeconds" not in without


def test_hyperband_stops_no_job_that_has_done_all_its_epochs(load) -> None:
    config = request(load, strategy="hyperband")["HyperParameterTuningJobConfig"]
    bounds = config["StrategyConfig"]["HyperbandStrategyConfig"]
    assert bounds == {"MinResource": 1, "MaxResource": TRAINING["epochs"] + 1}
    assert config["TrainingJobEarlyStoppingType"] == "Off"


def test_sagemaker_itself_takes_the_next_instance_type(load) -> None:
    definition = request(load, "ml.a", "ml.b")["TrainingJobDefinition"]
    assert "ResourceConfig" not in definition
    resources = definition["HyperParameterTuningResourceConfig"]
    assert resources["AllocationStrategy"] == "Prioritized"
    assert [one["InstanceType"] for one in resources["InstanceConfigs"]] == ["ml.a", "ml.b"]
    single = template()["ResourceConfig"]
    for one in resources["InstanceConfigs"]:
        assert one["VolumeSizeInGB"] == single["VolumeSizeInGB"]
        assert one["InstanceCount"] == single["InstanceCount"]
    assert resources["VolumeKmsKeyId"] == single["VolumeKmsKeyId"]


class SageMaker:
    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def create_hyper_parameter_tuning_job(self, **request: Any) -> None:
        self.made = request


def test_its_name_ends_in_the_attempt_and_it_has_the_tags_of_the_run(load, monkeypatch) -> None:
    module, sagemaker = load("start_tuning"), SageMaker()
    monkeypatch.setattr(module, "SAGEMAKER", sagemaker)
    event = {
        "run": tuned(),
        "attempt": 2,
        "request": json.loads(json.dumps(template())),
        "instance_types": ["ml.a"],
    }
    assert module.handler(event, None) == {"kind": "hyper-parameter-tuning", "name": f"{JOB}2"}
    assert sagemaker.made["HyperParameterTuningJobName"] == f"{JOB}2"
    assert sagemaker.made["Tags"] == TAGS
