"""What a search may be, and what follows from it."""

from typing import Any

import botocore.session
import pytest

from contract import tuning
from contract.execution_input import InvalidInput, check_input
from contract.hyperparameters import OVERRIDABLE, TUNABLE
from contract.names import read_tuned_job_name, tuning_job_prefix, tuning_key

TRAINING = {name: one.default for name, one in OVERRIDABLE.items()}
MODEL = botocore.session.get_session().get_service_model("sagemaker")


def checked(**search: Any) -> Any:
    return check_input({"reviews": "s3://data/a.csv", "tuning": search})


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"strategy": "best"}, "tuning.strategy: 'best' must be one of bayesian, random, hyperb"),
        ({"max_jobs": 0}, "tuning.max_jobs: 0 must be a whole number from 1 to 750"),
        ({"max_jobs": True}, "tuning.max_jobs: True must be a whole number"),
        ({"parallel": 11}, "tuning.parallel: 11 must be a whole number from 1 to 10"),
        ({"max_runtime_s": 60}, "tuning.max_runtime_s: 60 must be a whole number from 120 to"),
        ({"jobs": 3}, "tuning.jobs: 3 is unknown; allowed: strategy, max_jobs, parallel, max_"),
        ({"over": []}, r"tuning.over: \[\] must be an object of epochs, batch_size"),
        ({"over": {"seed": [1, 2]}}, r"tuning.over.seed: \[1, 2\] cannot be tuned; allowed: epo"),
        ({"over": {"epochs": [0]}}, "tuning.over.epochs: 0 must be a whole number from 1 to 100"),
        ({"over": {"epochs": [1, 1]}}, r"tuning.over.epochs: \[1, 1\] must be 1 to 30 different"),
        ({"over": {"epochs": {"min": 2}}}, "tuning.over.epochs: .* a list of values"),
        (
            {"over": {"learning_rate": {"min": 1e-4, "max": 1e-5}}},
            "tuning.over.learning_rate: .* must have a min that is less than its max",
        ),
        (
            {"over": {"learning_rate": {"min": 1e-4, "max": 2}}},
            "tuning.over.learning_rate: 2 must be a number of at least 1e-07 and below 1",
        ),
        (
            {"strategy": "grid", "over": {"learning_rate": {"min": 1e-5, "max": 1e-4}}},
            "tuning.over.learning_rate: .* must be a list of values: grid tries each",
        ),
        (
            {"strategy": "hyperband", "over": {"epochs": [2, 3]}},
            r"tuning.over.epochs: \[2, 3\] cannot be tuned with hyperband",
        ),
    ],
    ids=str,
)
def test_a_search_that_is_not_possible_is_refused_with_what_is_allowed(
    search: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        checked(**search)


def test_what_is_tuned_has_no_value_beside_its_range() -> None:
    search = {"over": {"epochs": [1, 2]}}
    with pytest.raises(InvalidInput, match=r"training.epochs: is tuned: tuning.over has it"):
        check_input({"reviews": "s3://a/b", "training": {"epochs": 2}, "tuning": search})


@pytest.mark.parametrize("strategy", tuning.STRATEGIES)
def test_without_a_word_the_search_is_around_the_hyperparameters_of_the_run(strategy: str) -> None:
    small = tuning.resolve({"strategy": strategy}, TRAINING | {"learning_rate": 2e-4})
    large = tuning.resolve({"strategy": strategy}, TRAINING)
    if strategy == tuning.GRID:
        assert large["over"]["learning_rate"] == [1e-5, 2e-5, 3e-5]
        assert large["max_jobs"] == 6
    else:
        assert large["over"]["learning_rate"] == {"min": 1e-5, "max": 3e-5}
        assert small["over"]["learning_rate"] == {"min": 1e-4, "max": 3e-4}
        assert large["max_jobs"] == tuning.JOBS
    assert large["over"]["batch_size"] == [16, 32]
    assert not list(tuning.problems({k: v for k, v in large.items() if v is not None}))


@pytest.mark.parametrize("batch_size", [1, 2, 1024])
def test_a_default_search_has_allowed_values_only(batch_size: int) -> None:
    found = tuning.resolve({}, TRAINING | {"batch_size": batch_size})
    assert found["over"]["batch_size"][-1] == batch_size
    assert all(TUNABLE["batch_size"].allows(value) for value in found["over"]["batch_size"])


def test_there_are_no_more_jobs_than_combinations() -> None:
    two = {"over": {"epochs": [1, 2]}}
    assert tuning.resolve(two, TRAINING)["max_jobs"] == 2
    with pytest.raises(
        tuning.Refused, match="max_jobs: 3 must be at most 2, the number of combinations"
    ):
        tuning.resolve({**two, "max_jobs": 3}, TRAINING)
    with pytest.raises(tuning.Refused, match="max_jobs: 1 must be exactly 2"):
        tuning.resolve({**two, "strategy": "grid", "max_jobs": 1}, TRAINING)
    many = {"over": {"epochs": {"min": 1, "max": 3}, "patience": [0, 1]}}
    assert tuning.combinations(many["over"]) == 6
    endless = {"over": {"star_spread": {"min": 0, "max": 1}}, "max_jobs": 700}
    assert tuning.resolve(endless, TRAINING)["max_jobs"] == 700


def test_a_grid_has_at_most_as_many_jobs_as_a_tuning_job_may_have() -> None:
    over = {"epochs": list(range(1, 31)), "batch_size": list(range(1, 31))}
    with pytest.raises(tuning.Refused, match=r"over: .* are 900 combinations; at most 750"):
        tuning.resolve({"strategy": "grid", "over": over}, TRAINING)


def test_no_more_jobs_run_at_once_than_there_are() -> None:
    found = tuning.resolve({"max_jobs": 3, "parallel": 8}, TRAINING)
    assert (found["max_jobs"], found["parallel"]) == (3, 3)


def test_ranges_are_written_as_sagemaker_takes_them_and_values_read_as_it_returns_them() -> None:
    over = {
        "learning_rate": {"min": 1e-5, "max": 1e-4},
        "epochs": {"min": 2, "max": 4},
        "star_spread": [0.0, 0.7],
    }
    assert tuning.parameter_ranges(over) == {
        "ContinuousParameterRanges": [
            {
                "Name": "learning-rate",
                "MinValue": "1e-05",
                "MaxValue": "0.0001",
                "ScalingType": "Logarithmic",
            }
        ],
        "IntegerParameterRanges": [
            {"Name": "epochs", "MinValue": "2", "MaxValue": "4", "ScalingType": "Linear"}
        ],
        "CategoricalParameterRanges": [{"Name": "star-spread", "Values": ["0.0", "0.7"]}],
    }
    read = tuning.read_values({"learning-rate": "3.2E-5", "epochs": "3", "star-spread": '"0.7"'})
    assert read == {"learning_rate": 3.2e-5, "epochs": 3, "star_spread": 0.7}


@pytest.mark.parametrize("name", ["reviews-dev", "a" * 24, "r-dev"])
def test_the_name_of_a_tuning_job_is_as_short_as_sagemaker_wants_it(name: str) -> None:
    shape = MODEL.shape_for("HyperParameterTuningJobName")
    prefix = tuning_job_prefix(name, "run-20261130-163426")
    for attempt in (1, 99):
        assert len(f"{prefix}{attempt}") <= shape.metadata["max"]
        job = f"{prefix}{attempt}-007-0e830ada"
        assert read_tuned_job_name(job, name) == tuning_key(name, "run-20261130-163426")
    assert prefix != tuning_job_prefix(name, "run-20261130-163427")


def test_the_names_of_other_jobs_are_no_names_of_tuned_ones() -> None:
    for other in ("reviews-dev-train-run-1-1", "reviews-dev2-abcde1-001-aaaaaaaa", "other"):
        assert read_tuned_job_name(other, "reviews-dev") is None


def test_the_limits_are_those_of_the_model_of_sagemaker() -> None:
    limits = MODEL.shape_for("ResourceLimits").members
    assert limits["MaxRuntimeInSeconds"].metadata["min"] == tuning.LEAST_SECONDS
    assert limits["MaxRuntimeInSeconds"].metadata["max"] >= tuning.MOST_SECONDS
    values = MODEL.shape_for("CategoricalParameterRange").members["Values"]
    assert values.metadata["max"] == tuning.MOST_VALUES
    strategies = MODEL.shape_for("HyperParameterTuningJobStrategyType").enum
    assert set(tuning.STRATEGIES.values()) == set(strategies)
