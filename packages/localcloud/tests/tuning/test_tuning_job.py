"""Tuning jobs whose training jobs run, by a client."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.tuning import Tuning
from worlds.waiting import until

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
ENDLESS = """
    import time
    print("loss=1.0", flush=True)
    time.sleep(600)
"""
# The first values are good; later jobs print bad ones for ever, as they may be stopped.
EPOCHS = """
    import argparse, time
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", type=int)
    arguments, _ = parser.parse_known_args()
    print(f"loss={arguments.level}.5", flush=True)
    if arguments.level > 1:
        time.sleep(600)
"""
LEVELS = {"CategoricalParameterRanges": [{"Name": "level", "Values": ["1", "2", "3"]}]}
ONE_BY_ONE = {"MaxParallelTrainingJobs": 1}


LIMITS = {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 3}
TAGS = [{"Key": "team", "Value": "reviews"}]


@pytest.fixture(scope="module")
def search(tuning: Tuning) -> dict[str, Any]:
    """A search that has ended, with the most training jobs that it ran at once."""
    request = tuning.request("search", ResourceLimits=LIMITS, RandomSeed=1)
    made = tuning.client.create_hyper_parameter_tuning_job(**request, Tags=TAGS)
    assert made["HyperParameterTuningJobArn"] == f"{ARN}:hyper-parameter-tuning-job/search"
    most = 0
    while (now := tuning.describe("search"))["HyperParameterTuningJobStatus"] == "InProgress":
        most = max(most, now["TrainingJobStatusCounters"]["InProgress"])
    return {**now, "most": most}


def value(job: dict[str, Any]) -> float:
    final: float = job["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    return final


def test_a_search_runs_its_training_jobs_two_at_a_time(search: dict[str, Any]) -> None:
    assert search["HyperParameterTuningJobStatus"] == "Completed", search.get("FailureReason")
    assert search["most"] == 2
    assert search["TrainingJobStatusCounters"]["Completed"] == 3
    assert search["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    assert search["HyperParameterTuningEndTime"] >= search["CreationTime"]
    assert search["HyperParameterTuningJobConfig"]["TrainingJobEarlyStoppingType"] == "Off"
    static = search["TrainingJobDefinition"]["StaticHyperParameters"]
    assert static["_tuning_objective_metric"] == "loss"


def test_training_jobs_have_names_values_and_tags_of_their_tuning_job(
    tuning: Tuning, search: dict[str, Any]
) -> None:
    jobs = tuning.training_jobs("search")
    static = search["TrainingJobDefinition"]["StaticHyperParameters"]
    assert len({job["TunedHyperParameters"]["point"] for job in jobs}) == 3
    for number, job in enumerate(jobs, 1):
        name, tuned = job["TrainingJobName"], job["TunedHyperParameters"]
        assert re.fullmatch(rf"search-00{number}-[0-9a-f]{{8}}", name)
        assert value(job) == pytest.approx((float(tuned["point"]) - 0.3) ** 2, abs=1e-5)
        described = tuning.client.describe_training_job(TrainingJobName=name)
        assert described["TuningJobArn"] == search["HyperParameterTuningJobArn"]
        assert described["HyperParameters"] == {**static, **tuned}
        assert tuning.client.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] == TAGS


def test_the_best_training_job_is_told_and_comes_first_by_value(
    tuning: Tuning, search: dict[str, Any]
) -> None:
    best = min(tuning.training_jobs("search"), key=value)["TrainingJobName"]
    assert search["BestTrainingJob"]["TrainingJobName"] == best
    final = search["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert (final["Type"], final["MetricName"]) == ("Minimize", "loss")
    by_value = tuning.training_jobs("search", SortBy="FinalObjectiveMetricValue", MaxResults=1)
    assert [job["TrainingJobName"] for job in by_value] == [best]
    assert tuning.training_jobs("search", StatusEquals="Failed") == []


def test_a_list_of_tuning_jobs_has_their_strategies_and_counts(
    tuning: Tuning, search: dict[str, Any]
) -> None:
    (listed,) = tuning.client.list_hyper_parameter_tuning_jobs(NameContains="search")[
        "HyperParameterTuningJobSummaries"
    ]
    assert listed["Strategy"] == "Random"
    assert listed["ResourceLimits"] == LIMITS
    assert listed["TrainingJobStatusCounters"] == search["TrainingJobStatusCounters"]


def test_a_grid_needs_no_number_of_jobs(tuning: Tuning) -> None:
    script = "import os; print('loss=' + os.environ['SM_HP_LEVEL'])"
    done = tuning.run(
        "grid",
        script,
        Strategy="Grid",
        ParameterRanges=LEVELS,
        ResourceLimits={"MaxParallelTrainingJobs": 2},
    )
    assert done["HyperParameterTuningJobStatus"] == "Completed", done.get("FailureReason")
    assert done["BestTrainingJob"]["TunedHyperParameters"] == {"level": "1"}
    assert done["TrainingJobStatusCounters"]["Completed"] == 3


def test_a_job_that_is_worse_than_those_before_it_is_stopped_early(tuning: Tuning) -> None:
    done = tuning.run(
        "early",
        EPOCHS,
        Strategy="Grid",
        ParameterRanges=LEVELS,
        ResourceLimits=ONE_BY_ONE,
        TrainingJobEarlyStoppingType="Auto",
    )
    assert done["HyperParameterTuningJobStatus"] == "Completed", done.get("FailureReason")
    counts = done["TrainingJobStatusCounters"]
    assert (counts["Completed"], counts["Stopped"]) == (1, 2)
    assert done["ObjectiveStatusCounters"]["Succeeded"] == 3
    assert done["BestTrainingJob"]["TunedHyperParameters"] == {"level": "1"}


def test_a_target_stops_what_is_still_running(tuning: Tuning) -> None:
    done = tuning.run(
        "target",
        EPOCHS,
        Strategy="Grid",
        ParameterRanges=LEVELS,
        ResourceLimits={"MaxParallelTrainingJobs": 2},
        TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 1.5},
    )
    assert done["HyperParameterTuningJobStatus"] == "Completed", done.get("FailureReason")
    counts = done["TrainingJobStatusCounters"]
    assert counts["Completed"] == 1
    assert counts["InProgress"] == 0


def test_a_tuning_job_is_stopped_with_its_training_jobs_and_deleted_without_them(
    tuning: Tuning,
) -> None:
    tuning.start("stopped", ENDLESS)
    assert until(lambda: tuning.describe("stopped")["TrainingJobStatusCounters"]["InProgress"] == 2)
    named = {"HyperParameterTuningJobName": "stopped"}
    with pytest.raises(ClientError, match="in status InProgress cannot be deleted"):
        tuning.client.delete_hyper_parameter_tuning_job(**named)
    tuning.client.stop_hyper_parameter_tuning_job(**named)
    done = tuning.end("stopped")
    assert done["HyperParameterTuningJobStatus"] == "Stopped", done
    assert done["TrainingJobStatusCounters"]["Stopped"] == 2
    with pytest.raises(ClientError, match="tuning job is in status Stopped"):
        tuning.client.stop_hyper_parameter_tuning_job(**named)
    jobs = tuning.training_jobs("stopped")
    tuning.client.delete_hyper_parameter_tuning_job(**named)
    with pytest.raises(ClientError) as gone:
        tuning.describe("stopped")
    assert gone.value.response["Error"] == {
        "Code": "ResourceNotFound",
        "Message": "Amazon SageMaker can't find a tuning job called stopped. Type another name.",
    }
    for job in jobs:
        tuning.client.describe_training_job(TrainingJobName=job["TrainingJobName"])


def test_a_tuning_job_whose_training_jobs_fail_has_failed(tuning: Tuning) -> None:
    done = tuning.run("wrong", "raise SystemExit(3)")
    assert done["HyperParameterTuningJobStatus"] == "Failed"
    assert done["FailureReason"].startswith("No training job succeeded after 2 attempts.")
    assert done["TrainingJobStatusCounters"]["NonRetryableError"] == 2
    assert "BestTrainingJob" not in done
    failed = tuning.training_jobs("wrong")[0]
    assert failed["FailureReason"].startswith("AlgorithmError")
    assert failed["ObjectiveStatus"] == "Failed"


def test_a_name_is_taken_once(tuning: Tuning) -> None:
    tuning.start("taken")
    with pytest.raises(ClientError) as caught:
        tuning.start("taken")
    assert caught.value.response["Error"] == {
        "Code": "ResourceInUse",
        "Message": "A hyperparameter tuning job with the name, taken, already exists. "
        "Choose a different name.",
    }


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (
            {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "accuracy"}},
            "A metric is required for this hyperparameter tuning job objective",
        ),
        ({"ResourceLimits": ONE_BY_ONE}, "MaxNumberOfTrainingJobs is required"),
        (
            {
                "ParameterRanges": LEVELS,
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 1},
            },
            re.escape("provided ranges [3.0] must be equal or greater than"),
        ),
        (
            {
                "Strategy": "Grid",
                "ParameterRanges": LEVELS,
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
            },
            "must be the number of combinations of the strategy Grid, 3, or be left out",
        ),
        ({"Strategy": "Hyperband"}, "HyperbandStrategyConfig.MaxResource is required"),
        (
            {
                "Strategy": "Hyperband",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}},
                "TrainingJobEarlyStoppingType": "Auto",
            },
            "must be Off for the strategy Hyperband",
        ),
        (
            {"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}}},
            "only for the strategy Hyperband, not for Random",
        ),
        ({"ParameterRanges": {}}, "at least one range"),
        (
            {
                "TuningJobCompletionCriteria": {
                    "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}
                }
            },
            "ConvergenceDetected is not supported",
        ),
        ({"Strategy": "Guess"}, "Member must satisfy enum value set"),
    ],
)
def test_what_cannot_be_searched_is_refused_at_once(
    tuning: Tuning, config: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint) as caught:
        tuning.start("refused", **config)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_what_no_training_job_could_run_is_refused_at_once(tuning: Tuning) -> None:
    request = tuning.request("refused")
    request["TrainingJobDefinition"]["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    with pytest.raises(ClientError, match="input mode 'Pipe' is not supported"):
        tuning.client.create_hyper_parameter_tuning_job(**request)
    assert tuning.client.list_training_jobs(NameContains="refused")["TrainingJobSummaries"] == []
