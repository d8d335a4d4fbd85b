"""What a tuning job must be like to be started, and the defaults that Describe shows."""

from typing import Any

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.jobs.training import check_training_job
from localcloud.tuning import trials
from localcloud.tuning.ranges import Space, check_static
from localcloud.tuning.strategies import make_strategy

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
_MOST_EPOCHS = 20_000
_MOST_RANGES = 30


def complete(request: Record) -> Record:
    """The request with the defaults, and with what AWS adds to the static hyperparameters."""
    given = request["HyperParameterTuningJobConfig"]
    config = {"TrainingJobEarlyStoppingType": "Off", "ParameterRanges": {}, **given}
    definition = dict(request.get("TrainingJobDefinition", {}))
    static = dict(definition.get("StaticHyperParameters", {}))
    if config["Strategy"] == "Hyperband":
        config["StrategyConfig"] = {"HyperbandStrategyConfig": _bounds(config, static)}
    objective = config.get("HyperParameterTuningJobObjective", {}).get("MetricName", "")
    definition["StaticHyperParameters"] = {**static, trials.OBJECTIVE_PARAMETER: objective}
    if "ResourceConfig" in definition:  # tuning jobs have warm pools of their own
        resources = definition["ResourceConfig"]
        # github.com/aws-controllers-k8s/sagemaker-controller, pull request 176
        kept = {name: resources[name] for name in resources if name != "KeepAlivePeriodInSeconds"}
        definition["ResourceConfig"] = kept
    elif resources := trials.single_resources(definition):
        # Describe shows it, too: AWS's own test of the SageMaker SDK attaches to a job that was
        # started like this, and `attach` reads ResourceConfig (test_attach_tuning_pytorch in
        # tests/integ/test_tuner.py of aws/sagemaker-python-sdk).
        definition["ResourceConfig"] = resources
    return {
        **request,
        "HyperParameterTuningJobConfig": config,
        "TrainingJobDefinition": definition,
    }


def _bounds(config: Record, static: dict[str, str]) -> Record:
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    epochs = (static[name] for name in _EPOCHS if static.get(name, "").strip('"').isdecimal())
    inferred = next((int(text.strip('"')) for text in epochs), None)
    most = given.get("MaxResource", inferred)
    least = given.get("MinResource", 1)
    if most is None:
        raise ValidationException(
            "HyperbandStrategyConfig.MaxResource is required, because StaticHyperParameters have "
            f"none of {', '.join(_EPOCHS)}."
        )
    if not least <= most <= _MOST_EPOCHS:
        raise ValidationException(
            f"HyperbandStrategyConfig: MaxResource {most} must be at least MinResource {least}, "
            f"and at most {_MOST_EPOCHS}."
        )
    return {"MinResource": least, "MaxResource": most}


def check(cloud: Cloud, record: Record) -> None:
    """Raises an AwsError for a tuning job that cannot be run. `record`: made by `complete`."""
    records.refuse(record, ["TrainingJobDefinitions", "WarmStartConfig", "Autotune"])
    config, definition = record["HyperParameterTuningJobConfig"], record["TrainingJobDefinition"]
    if "AlgorithmSpecification" not in definition:
        raise ValidationException("TrainingJobDefinition is required by localcloud")
    records.refuse(definition, ["TuningObjective", "HyperParameterRanges"])
    records.refuse(config.get("TuningJobCompletionCriteria", {}), ["ConvergenceDetected"])
    _check_objective(config, definition)
    space = _check_ranges(config, definition)
    _check_strategy(config)
    _check_limits(config, space)
    values = space.values([0.5] * space.dimensions)
    name = trials.name_of(record["HyperParameterTuningJobName"], 1)
    check_training_job(cloud, trials.request_of(record, name, values))


def _check_objective(config: Record, definition: Record) -> None:
    """The text is AWS's: github.com/aws/sagemaker-python-sdk, issue 3932."""
    objective = _required(config, "HyperParameterTuningJobObjective")["MetricName"]
    metrics = definition["AlgorithmSpecification"].get("MetricDefinitions", [])
    if objective not in [metric["Name"] for metric in metrics]:
        raise ValidationException(
            "A metric is required for this hyperparameter tuning job objective. "
            "Provide a metric in the metric definitions."
        )


def _check_ranges(config: Record, definition: Record) -> Space:
    records.refuse(config["ParameterRanges"], ["AutoParameters"])
    space = Space.of(config["ParameterRanges"])
    if len(space.ranges) > _MOST_RANGES:
        raise ValidationException(f"ParameterRanges have more than {_MOST_RANGES} ranges.")
    check_static(space, definition["StaticHyperParameters"])
    return space


def _check_strategy(config: Record) -> None:
    is_hyperband = config["Strategy"] == "Hyperband"
    if is_hyperband and config["TrainingJobEarlyStoppingType"] != "Off":
        raise ValidationException(
            "TrainingJobEarlyStoppingType must be Off for the strategy Hyperband."
        )
    if not is_hyperband and "StrategyConfig" in config:
        raise ValidationException(
            "StrategyConfig can be provided only for the strategy Hyperband, "
            f"not for {config['Strategy']}."
        )


def _check_limits(config: Record, space: Space) -> None:
    """AWS's text on combinations: github.com/aws/amazon-sagemaker-operator-for-k8s, issue 123."""
    make_strategy(config["Strategy"], space, None)
    is_grid = config["Strategy"] == "Grid"
    most = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if most is None and not is_grid:
        raise ValidationException(
            "ResourceLimits.MaxNumberOfTrainingJobs is required for the strategy "
            f"{config['Strategy']}."
        )
    if is_grid and most not in (None, space.count):
        raise ValidationException(
            f"ResourceLimits.MaxNumberOfTrainingJobs, {most}, must be the number of combinations "
            f"of the strategy Grid, {space.count:.0f}, or be left out."
        )
    if most is not None and space.count < most:
        raise ValidationException(
            "You don't have enough combinations of hyperparameter ranges. The total number of "
            f"hyperparameter combinations for the provided ranges [{float(space.count)}] must be "
            f"equal or greater than the value of MaxNumberOfJobs, [{most}]. "
            "Provide additional ranges."
        )


def _required(config: Record, member: str) -> Any:
    if member not in config:
        raise ValidationException(f"HyperParameterTuningJobConfig.{member} is required")
    return config[member]
