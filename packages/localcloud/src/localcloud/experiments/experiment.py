"""CreateExperiment, DescribeExperiment and their kin."""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.operations import operation
from localcloud.core.records import Record, pick
from localcloud.experiments.entity import EXPERIMENT, TRIAL


@operation("CreateExperiment")
def create_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.create(cloud, request)


@operation("DescribeExperiment")
def describe_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.find(cloud, request["ExperimentName"])


@operation("ListExperiments")
def list_experiments(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.summaries(cloud.store.list(EXPERIMENT.kind), request)


@operation("UpdateExperiment")
def update_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.update(cloud, request, pick(request, "DisplayName", "Description"))


@operation("DeleteExperiment")
def delete_experiment(cloud: Cloud, request: Record) -> Record:
    record = EXPERIMENT.find(cloud, request["ExperimentName"])
    name = record["ExperimentName"].lower()
    if any(trial["ExperimentName"].lower() == name for trial in cloud.store.list(TRIAL.kind)):
        raise ValidationException(
            f"Experiment '{record['ExperimentArn']}' cannot be deleted while it has trials."
        )
    return EXPERIMENT.delete(cloud, record)
