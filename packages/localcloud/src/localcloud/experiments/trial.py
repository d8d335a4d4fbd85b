"""Operations on trials, the runs of an experiment."""

import threading

from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, pick
from localcloud.experiments.entity import COMPONENT, EXPERIMENT, TRIAL


class _Associations(Service):
    """Makes reading and writing of a component's trials one step."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.lock = threading.Lock()


def components_of(cloud: Cloud, trial: str) -> list[Record]:
    """The trial components that make up the trial."""
    return [
        component
        for component in cloud.store.list(COMPONENT.kind)
        if any(parent["TrialName"] == trial for parent in component["Parents"])
    ]


def create_trial(cloud: Cloud, request: Record) -> Record:
    experiment = EXPERIMENT.find(cloud, request["ExperimentName"])
    return TRIAL.create(cloud, request | pick(experiment, "ExperimentName"))


def describe_trial(cloud: Cloud, request: Record) -> Record:
    return TRIAL.find(cloud, request["TrialName"])


def list_trials(cloud: Cloud, request: Record) -> Record:
    found = cloud.store.list(TRIAL.kind)
    if "ExperimentName" in request:
        experiment = EXPERIMENT.find(cloud, request["ExperimentName"])["ExperimentName"]
        found = [trial for trial in found if trial["ExperimentName"] == experiment]
    if "TrialComponentName" in request:
        component = COMPONENT.find(cloud, request["TrialComponentName"])
        names = [parent["TrialName"] for parent in component["Parents"]]
        found = [trial for trial in found if trial["TrialName"] in names]
    return TRIAL.summaries(found, request)


def update_trial(cloud: Cloud, request: Record) -> Record:
    return TRIAL.update(cloud, request, pick(request, "DisplayName"))


def delete_trial(cloud: Cloud, request: Record) -> Record:
    record = TRIAL.find(cloud, request["TrialName"])
    if components_of(cloud, record["TrialName"]):
        raise ValidationException(
            f"Trial '{record['TrialArn']}' cannot be deleted while it has trial components."
        )
    return TRIAL.delete(cloud, record)


def associate_trial_component(cloud: Cloud, request: Record) -> Record:
    trial = TRIAL.find(cloud, request["TrialName"])
    parent = pick(trial, "TrialName", "ExperimentName")
    with cloud.service(_Associations).lock:
        component = COMPONENT.find(cloud, request["TrialComponentName"])
        others = [known for known in component["Parents"] if known != parent]
        COMPONENT.update(cloud, component, {"Parents": [*others, parent]})
    return COMPONENT.answer(component) | TRIAL.answer(trial)


def disassociate_trial_component(cloud: Cloud, request: Record) -> Record:
    trial = TRIAL.find(cloud, request["TrialName"])
    parent = pick(trial, "TrialName", "ExperimentName")
    with cloud.service(_Associations).lock:
        component = COMPONENT.find(cloud, request["TrialComponentName"])
        others = [known for known in component["Parents"] if known != parent]
        COMPONENT.update(cloud, component, {"Parents": others})
    return COMPONENT.answer(component) | TRIAL.answer(trial)
