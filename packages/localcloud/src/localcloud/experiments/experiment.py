"""Operations on experiments."""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, pick
from localcloud.experiments.entity import EXPERIMENT, TRIAL


def create_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.create(cloud, request)


def describe_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.find(cloud, request["ExperimentName"])


def list_experiments(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.summaries(cloud.store.list(EXPERIMENT.kind), request)


def update_experiment(cloud: Cloud, request: Record) -> Record:
    return EXPERIMENT.update(cloud, request, pick(request, "DisplayName", "Description"))


def delete_experiment(cloud: Cloud, request: Record) -> Record:
    record = EXPERIMENT.find(cloud, request["ExperimentName"])
    name = record["ExperimentName"].lower()
    if any(trial["ExperimentName"].lower() == name for trial in cloud.store.list(TRIAL.kind)):
        raise ValidationException(
            f"Experiment '{record['ExperimentArn']}' cannot be deleted while it has trials."
        )
    return EXPERIMENT.delete(cloud, record)
