"""Operations on tuning jobs.

Refused, not ignored: several training job definitions, warm starts, Autotune, the detection of
convergence. Of several instance configurations the first is used. The strategy Bayesian needs
scikit-learn. Two training jobs of a tuning job run at once at most.
"""

import time

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceInUse, ResourceNotFound, ValidationException
from localcloud.core.records import Record
from localcloud.jobs.job import RUNNING
from localcloud.tuning import check, completion, trials
from localcloud.tuning.tuner import KIND, Tuner, Tuners

_NAME, _STATUS = "HyperParameterTuningJobName", "HyperParameterTuningJobStatus"


def create_hyper_parameter_tuning_job(cloud: Cloud, request: Record) -> Record:
    name = request[_NAME]
    arn = records.arn(cloud, KIND, name)
    record = {
        **check.complete(request),
        "HyperParameterTuningJobArn": arn,
        _STATUS: "InProgress",
        "Started": [],
    }
    check.check(cloud, record)
    # AWS's text: github.com/aws/amazon-sagemaker-examples, issue 2440.
    taken = ResourceInUse(
        f"A hyperparameter tuning job with the name, {name}, already exists. "
        "Choose a different name."
    )
    records.create(cloud, KIND, name, record, taken)
    cloud.service(Tuners).submit(Tuner(cloud, name, request.get("Tags", [])))
    return {"HyperParameterTuningJobArn": arn}


def describe_hyper_parameter_tuning_job(cloud: Cloud, request: Record) -> Record:
    record = _find(cloud, request)
    config, found = record["HyperParameterTuningJobConfig"], trials.all_of(cloud, record)
    objective = config["HyperParameterTuningJobObjective"]
    best = trials.best(found, objective)
    until = record.get("HyperParameterTuningEndTime", time.time())
    return {
        **record,
        **trials.counters(found),
        **({"BestTrainingJob": trials.summary(best, objective)} if best else {}),
        "TuningJobCompletionDetails": {
            "NumberOfTrainingJobsObjectiveNotImproving": completion.not_improving(config, found)
        },
        "ConsumedResources": {"RuntimeInSeconds": round(until - record["CreationTime"])},
    }


def list_hyper_parameter_tuning_jobs(cloud: Cloud, request: Record) -> Record:
    def summary(record: Record) -> Record:
        config = record["HyperParameterTuningJobConfig"]
        return {
            **records.pick(
                record,
                *(_NAME, "HyperParameterTuningJobArn", _STATUS, "CreationTime"),
                *("HyperParameterTuningEndTime", "LastModifiedTime"),
            ),
            **records.pick(config, "Strategy", "ResourceLimits"),
            **trials.counters(trials.all_of(cloud, record)),
        }

    found = records.select(
        cloud.store.list(KIND), _by_name(request), name=_NAME, status=_STATUS, summary=summary
    )
    return {"HyperParameterTuningJobSummaries": found}


def list_training_jobs_for_hyper_parameter_tuning_job(cloud: Cloud, request: Record) -> Record:
    """Lists the training jobs; sorted by the objective, as AWS documents it, only those that have
    one."""
    record = _find(cloud, request)
    objective = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    value, shown = "FinalObjectiveMetricValue", records.pick(objective, "MetricName")
    by_value = request.get("SortBy") == value
    described = [
        {**one.described, value: one.objective, "summary": trials.summary(one, shown)}
        for one in trials.all_of(cloud, record)
        if not by_value or one.objective is not None
    ]
    found = records.select(
        described,
        _by_name(request),
        name="TrainingJobName",
        status="TrainingJobStatus",
        summary=lambda one: one["summary"],
        sorts={value: value},
    )
    return {"TrainingJobSummaries": found}


def _by_name(request: Record) -> Record:
    """The request with the order of both lists: by name, ascending, where it does not say
    otherwise."""
    return {"SortBy": "Name", "SortOrder": "Ascending", **request}


def stop_hyper_parameter_tuning_job(cloud: Cloud, request: Record) -> Record:
    """Returns before the tuning job has ended."""
    _find(cloud, request)
    if not cloud.service(Tuners).request_stop(request[_NAME]):
        raise ValidationException(
            "The request was rejected because the hyperparameter tuning job is in status "
            f"{_find(cloud, request)[_STATUS]}."
        )
    return {}


def delete_hyper_parameter_tuning_job(cloud: Cloud, request: Record) -> Record:
    """Deletes a tuning job; its training jobs stay, as AWS documents it."""
    record = _find(cloud, request)
    if record[_STATUS] in RUNNING:
        raise ResourceInUse(
            f"A tuning job in status {record[_STATUS]} cannot be deleted: {record[_NAME]}"
        )
    cloud.store.delete(KIND, record[_NAME])
    return {}


def _find(cloud: Cloud, request: Record) -> Record:
    """The text is AWS's: github.com/aws/amazon-sagemaker-examples, issue 1540."""
    record = cloud.store.get(KIND, request[_NAME])
    if record is None:
        raise ResourceNotFound(
            f"Amazon SageMaker can't find a tuning job called {request[_NAME]}. Type another name."
        )
    return record
