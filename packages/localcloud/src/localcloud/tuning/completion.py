"""When a tuning job ends, and how.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html
"""

import time
from collections.abc import Sequence

from localcloud.core.records import Record
from localcloud.tuning.trials import Trial, direction

_FIRST_JOBS = 5
_BETTER = 0.01  # an improvement is 1% or more
Verdict = tuple[str, str]  # a status, and a failure reason that may be empty


def verdict(tuning_job: Record, found: Sequence[Trial], *, is_exhausted: bool) -> Verdict | None:
    """How the tuning job ends, or None while it goes on. `is_exhausted`: no other training job will
    be started."""
    config = tuning_job["HyperParameterTuningJobConfig"]
    failed = _failure(found, is_exhausted=is_exhausted)
    if failed:
        return "Failed", failed
    longest = config["ResourceLimits"].get("MaxRuntimeInSeconds", float("inf"))
    is_over = time.time() - tuning_job["CreationTime"] > longest
    is_done = is_exhausted and not any(one.is_running for one in found)
    return ("Completed", "") if is_over or is_done or _is_good_enough(config, found) else None


def _failure(found: Sequence[Trial], *, is_exhausted: bool) -> str:
    """The first text is AWS's: github.com/aws/amazon-sagemaker-examples, issue 2436. For the other
    nothing was found to check it against.
    """
    ended = [one for one in found if not one.is_running]
    is_last = is_exhausted and len(ended) == len(found)
    if any(one.objective_status == "Succeeded" for one in ended):
        return ""
    if len(ended) < _FIRST_JOBS and not is_last:
        return ""
    if all(one.described["TrainingJobStatus"] == "Failed" for one in ended):
        return (
            f"No training job succeeded after {len(ended)} attempts. Please take a look at the "
            "training job failures to get more details."
        )
    return (
        f"No objective metrics found after running {len(ended)} training jobs. Please ensure that "
        "the custom algorithm is emitting the objective metric as defined by the regular "
        "expression provided."
    )


def _is_good_enough(config: Record, found: Sequence[Trial]) -> bool:
    criteria = config.get("TuningJobCompletionCriteria", {})
    sign = direction(config["HyperParameterTuningJobObjective"])
    target = criteria.get("TargetObjectiveMetricValue")
    if target is not None and any(value <= sign * target for value in _values(found, sign)):
        return True
    most = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
    return most is not None and not_improving(config, found) >= most


def not_improving(config: Record, found: Sequence[Trial]) -> int:
    """How many training jobs have ended since the last one that was better by 1% or more."""
    sign = direction(config["HyperParameterTuningJobObjective"])
    best, count = float("inf"), 0
    for value in _values(found, sign):
        is_better = best == float("inf") or best - value >= _BETTER * abs(best)
        best, count = min(best, value), 0 if is_better else count + 1
    return count


def _values(found: Sequence[Trial], sign: float) -> list[float]:
    """The objectives of the jobs that have ended, in the order of their end, with a sign so that
    the smallest is the best."""
    ended = [one for one in found if one.objective_status == "Succeeded"]
    ended.sort(key=lambda one: float(one.described["TrainingEndTime"]))
    return [sign * one.objective for one in ended if one.objective is not None]
