"""A search for better hyperparameters: what an execution asks for, and what follows from it.

An execution whose input has `tuning` runs a tuning job in place of one training job:

    {"strategy": "bayesian", "max_jobs": 10, "parallel": 2, "max_runtime_s": 7200,
     "over": {"learning_rate": {"min": 1e-5, "max": 1e-4}, "batch_size": [16, 32]}}
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from contract.hyperparameters import TUNABLE, Hyperparameter
from contract.metrics import VALIDATION_BEST

# The name for users → HyperParameterTuningJobStrategyType.
STRATEGIES = {
    "bayesian": "Bayesian",
    "random": "Random",
    "hyperband": "Hyperband",
    "grid": "Grid",
}
BAYESIAN, HYPERBAND, GRID = "bayesian", "hyperband", "grid"
OBJECTIVE = VALIDATION_BEST  # of a tuning job, which maximises it
# Its value in the summary of a training job, once that has printed one.
FINAL_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"
_SAVED = "Completed"  # the status of a training job that has saved its model
FIELDS = ("strategy", "max_jobs", "parallel", "max_runtime_s", "over")
JOBS, PARALLEL = 10, 2  # by default
# https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html: 10 can be
# increased on request.
MOST_JOBS, MOST_PARALLEL, MOST_VALUES = 750, 10, 30
LEAST_SECONDS, MOST_SECONDS = 120, 30 * 24 * 3600  # the least: ResourceLimits in botocore's model
_LEAST_EPOCHS = 2

Tuning = Mapping[str, Any]


class Problem(NamedTuple):
    """What is wrong with a value: the field below `tuning`, and the rule that it breaks."""

    field: str
    value: Any
    rule: str


def problems(tuning: Any) -> Iterator[Problem]:
    """Finds what is wrong with the field `tuning` of an input; the other fields are not looked
    at."""
    if not isinstance(tuning, dict):
        yield Problem("", tuning, f"must be an object of {', '.join(FIELDS)}")
        return
    for name in tuning:
        if name not in FIELDS:
            yield Problem(name, tuning[name], f"is unknown; allowed: {', '.join(FIELDS)}")
    yield from _of_limits(tuning)
    strategy = tuning.get("strategy", BAYESIAN)
    if not isinstance(strategy, str) or strategy not in STRATEGIES:
        yield Problem("strategy", strategy, f"must be one of {', '.join(STRATEGIES)}")
        return
    over = tuning.get("over", {})
    if not isinstance(over, dict):
        yield Problem("over", over, f"must be an object of {', '.join(TUNABLE)}")
        return
    for name, search in over.items():
        yield from _of_search(name, search, strategy)


def _of_limits(tuning: Tuning) -> Iterator[Problem]:
    limits = {
        "max_jobs": (1, MOST_JOBS),
        "parallel": (1, MOST_PARALLEL),
        "max_runtime_s": (LEAST_SECONDS, MOST_SECONDS),
    }
    for name, (least, most) in limits.items():
        value = tuning.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield Problem(name, value, f"must be a whole number from {least} to {most}")


def _of_search(name: str, search: Any, strategy: str) -> Iterator[Problem]:
    field = f"over.{name}"
    if name not in TUNABLE:
        yield Problem(field, search, f"cannot be tuned; allowed: {', '.join(TUNABLE)}")
    elif strategy == HYPERBAND and name == "epochs":
        rule = "cannot be tuned with hyperband, which itself decides after how many epochs to stop"
        yield Problem(field, search, rule)
    elif isinstance(search, list):
        yield from _of_values(field, search, TUNABLE[name])
    elif isinstance(search, dict) and set(search) == {"min", "max"}:
        yield from _of_range(field, search, TUNABLE[name], strategy)
    else:
        yield Problem(field, search, 'must be {"min": …, "max": …} or a list of values')


def _of_values(field: str, values: list[Any], one: Hyperparameter) -> Iterator[Problem]:
    if not 1 <= len(values) <= MOST_VALUES or len(set(map(repr, values))) < len(values):
        yield Problem(field, values, f"must be 1 to {MOST_VALUES} different values")
    for value in values:
        if not one.allows(value):
            yield Problem(field, value, f"must be {one.allowed}")


def _of_range(
    field: str, search: Mapping[str, Any], one: Hyperparameter, strategy: str
) -> Iterator[Problem]:
    for value in search.values():
        if one.bounds is None or not one.allows(value):
            yield Problem(field, value, f"must be {one.allowed}")
            return
    if search["min"] >= search["max"]:
        yield Problem(field, dict(search), "must have a min that is less than its max")
    elif strategy == GRID:
        yield Problem(field, dict(search), "must be a list of values: grid tries each of them")


class Refused(Exception):
    """A search that is not possible with the hyperparameters of the run."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.field}: {problem.value!r} {problem.rule}")
        self.problem = problem


def resolve(tuning: Tuning, training: Mapping[str, Any]) -> dict[str, Any]:
    """The search of a run, with all that `tuning`, which has no problems, leaves out.

    `training`: the hyperparameters of the run, from which the default ranges are made. Raises
    Refused.
    """
    strategy = tuning.get("strategy", BAYESIAN)
    over = dict(tuning.get("over") or _default_search(training, strategy))
    count = combinations(over)
    if strategy == HYPERBAND and training["epochs"] < _LEAST_EPOCHS:
        rule = f"needs training.epochs of at least {_LEAST_EPOCHS}: it stops jobs between epochs"
        raise Refused(Problem("strategy", strategy, rule))
    asked = tuning.get("max_jobs")
    jobs = min(count, asked or (count if strategy == GRID else JOBS))
    if jobs > MOST_JOBS:
        rule = f"are {jobs} combinations; at most {MOST_JOBS} are allowed"
        raise Refused(Problem("over", over, rule))
    if asked is not None and (asked > jobs or (strategy == GRID and asked != count)):
        more = "exactly" if strategy == GRID else "at most"
        rule = f"must be {more} {count:.0f}, the number of combinations of over"
        raise Refused(Problem("max_jobs", asked, rule))
    return {
        "strategy": strategy,
        "max_jobs": int(jobs),
        "parallel": min(int(jobs), tuning.get("parallel", PARALLEL)),
        "max_runtime_s": tuning.get("max_runtime_s"),
        "over": over,
    }


def combinations(over: Mapping[str, Any]) -> float:
    """How many different values of the hyperparameters there are; infinite for fractions."""
    return math.prod(_count(name, search) for name, search in over.items())


def _count(name: str, search: Any) -> float:
    if isinstance(search, list):
        return len(search)
    return search["max"] - search["min"] + 1 if TUNABLE[name].type is int else math.inf


def _default_search(training: Mapping[str, Any], strategy: str) -> Iterator[tuple[str, Any]]:
    """The hyperparameters that are searched by default, around those of the run."""
    for name, one in TUNABLE.items():
        if not one.search:
            continue
        values = [one.type(_rounded(factor * training[name])) for factor in one.search]
        tried = [value for value in dict.fromkeys(values) if one.allows(value)]
        if one.type is int or strategy == GRID:
            yield name, tried
        else:
            yield name, {"min": tried[0], "max": tried[-1]}


def _rounded(number: float) -> float:
    """The number with the digits that a reader expects: 3e-05, not 3.0000000000000004e-05."""
    return float(f"{number:.6g}")


def parameter_ranges(over: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """ParameterRanges of CreateHyperParameterTuningJob, whose numbers are strings."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, search in over.items():
        one, limits = TUNABLE[name], dict[str, Any]()
        if isinstance(search, list):
            kind, limits = "Categorical", {"Values": [_written(value) for value in search]}
        else:
            kind = "Integer" if one.type is int else "Continuous"
            scale = "Logarithmic" if one.is_logarithmic else "Linear"
            ends = {f"{end.capitalize()}Value": _written(search[end]) for end in ("min", "max")}
            limits = {**ends, "ScalingType": scale}
        found.setdefault(f"{kind}ParameterRanges", []).append({"Name": one.argument, **limits})
    return found


def random_seed(training: Mapping[str, Any]) -> int:
    """A seed of SageMaker's search. With the same seed it tries "more consistent configurations"
    (RandomSeed in botocore's model)."""
    return int(training["seed"])


def hyperband_bounds(training: Mapping[str, Any]) -> dict[str, int]:
    """HyperbandStrategyConfig, in epochs: after each of them the objective is printed.

    "Once a job reaches the MaxResource value, it is stopped" (botocore's model): one that has done
    all of its epochs must not be, since it is about to save its model.
    """
    return {"MinResource": 1, "MaxResource": training["epochs"] + 1}


def best_job(jobs: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The summary with the largest objective among those of training jobs that have saved a model.

    SageMaker's own BestTrainingJob may be one that it has stopped, which has saved none.
    """
    saved = [job for job in jobs if job["TrainingJobStatus"] == _SAVED and FINAL_OBJECTIVE in job]
    return max(saved, key=lambda job: float(job[FINAL_OBJECTIVE]["Value"]), default=None)


def read_values(tuned: Mapping[str, str]) -> dict[str, Any]:
    """TunedHyperParameters as hyperparameters of a run. A value may be in quotes, as the SageMaker
    SDK writes categories."""
    by_argument = {one.argument: (name, one) for name, one in TUNABLE.items()}
    found = {}
    for argument, text in tuned.items():
        if argument in by_argument:
            name, one = by_argument[argument]
            found[name] = one.type(text.strip('"'))
    return found


def _written(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
