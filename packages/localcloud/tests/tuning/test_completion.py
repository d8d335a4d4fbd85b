"""When a tuning job ends, by the training jobs that it has started."""

from typing import Any

import pytest

from localcloud.tuning.completion import not_improving, verdict
from localcloud.tuning.trials import Trial, best, counters

LOSS = {"Type": "Minimize", "MetricName": "loss"}


def trials(*found: tuple[str, float | None]) -> list[Trial]:
    return [
        Trial(
            {"TrainingJobName": f"job-{number}"},
            {
                "TrainingJobName": f"job-{number}",
                "TrainingJobStatus": status,
                "TrainingEndTime": number,
                **({"FailureReason": "AlgorithmError: wrong"} if status == "Failed" else {}),
            },
            objective,
        )
        for number, (status, objective) in enumerate(found)
    ]


def tuning_job(objective: dict[str, str] = LOSS, **criteria: Any) -> dict[str, Any]:
    return {
        "CreationTime": 0.0,
        "HyperParameterTuningJobConfig": {
            "HyperParameterTuningJobObjective": objective,
            "ResourceLimits": {},
            "TuningJobCompletionCriteria": criteria,
        },
    }


def test_it_goes_on_while_a_job_runs_or_another_will_be_started() -> None:
    done = trials(("Completed", 1.0))
    assert verdict(tuning_job(), done, is_exhausted=False) is None
    running = trials(("Completed", 1.0), ("InProgress", None))
    assert verdict(tuning_job(), running, is_exhausted=True) is None
    assert verdict(tuning_job(), done, is_exhausted=True) == ("Completed", "")


def test_its_time_may_be_over() -> None:
    late = tuning_job()
    late["HyperParameterTuningJobConfig"]["ResourceLimits"] = {"MaxRuntimeInSeconds": 120}
    running = trials(("InProgress", None))
    assert verdict(late, running, is_exhausted=False) == ("Completed", "")


def test_a_target_ends_it() -> None:
    found = trials(("Completed", 0.5))
    assert verdict(tuning_job(TargetObjectiveMetricValue=0.4), found, is_exhausted=False) is None
    ends = tuning_job(TargetObjectiveMetricValue=0.5)
    assert verdict(ends, found, is_exhausted=False) == ("Completed", "")
    accuracy = {"Type": "Maximize", "MetricName": "accuracy"}
    higher = tuning_job(accuracy, TargetObjectiveMetricValue=0.6)
    assert verdict(higher, found, is_exhausted=False) is None


def test_jobs_that_improve_by_less_than_one_percent_do_not_improve() -> None:
    config = tuning_job()["HyperParameterTuningJobConfig"]
    done = [("Completed", value) for value in (1.0, 0.995, 0.5, 0.499, 0.6)]
    assert not_improving(config, trials(*done[:2])) == 1
    assert not_improving(config, trials(*done[:3])) == 0
    assert not_improving(config, trials(*done)) == 2
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 2}}
    assert verdict(tuning_job(**criteria), trials(*done), is_exhausted=False) == ("Completed", "")


@pytest.mark.parametrize(
    ("found", "is_exhausted", "beginning"),
    [
        ([("Failed", None)] * 5, False, "No training job succeeded after 5 attempts."),
        ([("Failed", None)] * 2, True, "No training job succeeded after 2 attempts."),
        ([("Completed", None)] * 5, False, "No objective metrics found after running 5 training"),
    ],
)
def test_it_fails_where_no_job_has_an_objective(
    found: list[tuple[str, float | None]], is_exhausted: bool, beginning: str
) -> None:
    ended = verdict(tuning_job(), trials(*found), is_exhausted=is_exhausted)
    assert ended is not None
    assert ended[0] == "Failed"
    assert ended[1].startswith(beginning)


def test_four_failures_are_not_enough() -> None:
    assert verdict(tuning_job(), trials(*[("Failed", None)] * 4), is_exhausted=False) is None


def test_jobs_are_counted_by_their_status_and_by_that_of_their_objective() -> None:
    found = trials(
        ("Completed", 1.0),
        ("Completed", None),
        ("Failed", 0.1),
        ("Stopped", 2.0),
        ("Stopping", 3.0),
    )
    assert counters(found) == {
        "TrainingJobStatusCounters": {
            "Completed": 2,
            "InProgress": 1,
            "RetryableError": 0,
            "NonRetryableError": 1,
            "Stopped": 1,
        },
        "ObjectiveStatusCounters": {"Succeeded": 2, "Pending": 1, "Failed": 2},
    }


def test_the_best_job_is_one_whose_objective_counts() -> None:
    found = trials(("Completed", 1.0), ("Failed", 0.1), ("Stopped", 2.0), ("InProgress", 0.2))
    smallest = best(found, LOSS)
    assert smallest is not None
    assert smallest.name == "job-0"
    largest = best(found, {"Type": "Maximize", "MetricName": "loss"})
    assert largest is not None
    assert largest.name == "job-2"
    assert best(trials(("Failed", 1.0)), LOSS) is None
