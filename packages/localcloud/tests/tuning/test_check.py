"""What Describe shows of a request, and what a later server finds of a tuning job."""

from pathlib import Path
from typing import Any

import pytest

from localcloud.core.errors import ValidationException
from localcloud.jobs.job import SERVER_STOPPED
from localcloud.tuning.check import complete
from localcloud.tuning.stopping import Hyperband, MedianRule, Never
from localcloud.tuning.trials import request_of
from localcloud.tuning.tuner import KIND, Tuners, stopping_rule
from worlds.wire_client import new_cloud


def completed(static: dict[str, str], **config: Any) -> dict[str, Any]:
    definition = {
        "StaticHyperParameters": static,
        "ResourceConfig": {"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": 60},
    }
    wanted = {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        **config,
    }
    request = {"HyperParameterTuningJobConfig": wanted, "TrainingJobDefinition": definition}
    return complete(request)


@pytest.mark.parametrize("name", ["epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs"])
def test_hyperband_infers_its_most_epochs_from_static_hyperparameters(name: str) -> None:
    config = completed({name: '"9"'}, Strategy="Hyperband")["HyperParameterTuningJobConfig"]
    bounds = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}
    assert config["StrategyConfig"] == bounds
    assert stopping_rule(config) == Hyperband(1, 9)


@pytest.mark.parametrize("bounds", [{"MinResource": 5, "MaxResource": 3}, {"MaxResource": 20_001}])
def test_bounds_that_hyperband_cannot_have_are_refused(bounds: dict[str, int]) -> None:
    given = {"HyperbandStrategyConfig": bounds}
    with pytest.raises(ValidationException, match="must be at least MinResource"):
        completed({}, Strategy="Hyperband", StrategyConfig=given)


def test_early_stopping_is_off_unless_told() -> None:
    config = completed({})["HyperParameterTuningJobConfig"]
    assert isinstance(stopping_rule(config), Never)
    config = completed({}, TrainingJobEarlyStoppingType="Auto")["HyperParameterTuningJobConfig"]
    assert isinstance(stopping_rule(config), MedianRule)


def test_the_objective_is_a_static_hyperparameter_and_a_warm_pool_is_left_out() -> None:
    definition = completed({"a": "1"})["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"] == {"a": "1", "_tuning_objective_metric": "loss"}
    assert definition["ResourceConfig"] == {"InstanceType": "ml.m5.large"}


def test_describe_shows_a_resource_config_which_the_sdk_attaches_to() -> None:
    """AWS's own test of the SDK attaches to a job that was started without one."""
    flexible = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    request = {
        "HyperParameterTuningJobConfig": {"Strategy": "Random"},
        "TrainingJobDefinition": {"HyperParameterTuningResourceConfig": flexible},
    }
    definition = complete(request)["TrainingJobDefinition"]
    assert definition["ResourceConfig"] == flexible
    assert definition["HyperParameterTuningResourceConfig"] == flexible


def test_of_several_instance_configurations_the_first_is_used() -> None:
    first, second = ({"InstanceType": name, "InstanceCount": 1} for name in ("ml.a", "ml.b"))
    flexible = {
        "AllocationStrategy": "Prioritized",
        "InstanceConfigs": [first, second],
        "VolumeKmsKeyId": "key",
    }
    tuning_job = {
        "HyperParameterTuningJobArn": "arn",
        "TrainingJobDefinition": {
            "HyperParameterTuningResourceConfig": flexible,
            "AlgorithmSpecification": {},
            "StaticHyperParameters": {},
        },
    }
    request = request_of(tuning_job, "job", {})
    assert request["ResourceConfig"] == {**first, "VolumeKmsKeyId": "key"}


def test_what_an_earlier_server_was_running_has_failed(tmp_path: Path) -> None:
    cloud = new_cloud(tmp_path)
    for name, status in (("ran", "InProgress"), ("done", "Completed")):
        record = {"HyperParameterTuningJobName": name, "HyperParameterTuningJobStatus": status}
        cloud.store.put(KIND, name, record)
    cloud.service(Tuners).recover()
    ran, done = (cloud.store.get(KIND, name) or {} for name in ("ran", "done"))
    assert ran["HyperParameterTuningJobStatus"] == "Failed"
    assert ran["FailureReason"] == SERVER_STOPPED
    assert done["HyperParameterTuningJobStatus"] == "Completed"
