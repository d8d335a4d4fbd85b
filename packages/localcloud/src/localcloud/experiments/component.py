"""Operations on trial components.

Refused, not ignored: a list by the job that is the source of a component.
"""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, pick, refuse
from localcloud.experiments import metrics
from localcloud.experiments.entity import COMPONENT, EXPERIMENT, TRIAL
from localcloud.experiments.trial import components_of

_MAPS = ("Parameters", "InputArtifacts", "OutputArtifacts")


def create_trial_component(cloud: Cloud, request: Record) -> Record:
    empty: Record = {name: {} for name in _MAPS} | {"Parents": []}
    return COMPONENT.create(cloud, empty | request)


def describe_trial_component(cloud: Cloud, request: Record) -> Record:
    record = COMPONENT.find(cloud, request["TrialComponentName"])
    return {**record, "Metrics": metrics.summaries(cloud, record), "Sources": []}


def list_trial_components(cloud: Cloud, request: Record) -> Record:
    refuse(request, ["SourceArn"])
    found = _listed(cloud, request)
    more = ("Status", "StartTime", "EndTime", "CreatedBy", "LastModifiedBy")
    return COMPONENT.summaries(found, request, *more)


def _listed(cloud: Cloud, request: Record) -> list[Record]:
    if "ExperimentName" in request and "TrialName" in request:
        raise ValidationException("Only one of ExperimentName and TrialName can be specified.")
    if "TrialName" in request:
        return components_of(cloud, TRIAL.find(cloud, request["TrialName"])["TrialName"])
    found = cloud.store.list(COMPONENT.kind)
    if "ExperimentName" not in request:
        return found
    name = EXPERIMENT.find(cloud, request["ExperimentName"])["ExperimentName"]
    return [
        component
        for component in found
        if any(parent["ExperimentName"] == name for parent in component["Parents"])
    ]


def update_trial_component(cloud: Cloud, request: Record) -> Record:
    record = COMPONENT.find(cloud, request["TrialComponentName"])
    changes = pick(request, "DisplayName", "Status", "StartTime", "EndTime")
    for name in _MAPS:
        removed = request.get(f"{name}ToRemove", [])
        merged = record[name] | request.get(name, {})
        changes[name] = {key: value for key, value in merged.items() if key not in removed}
    return COMPONENT.update(cloud, record, changes)


def delete_trial_component(cloud: Cloud, request: Record) -> Record:
    record = COMPONENT.find(cloud, request["TrialComponentName"])
    if record["Parents"]:
        raise ValidationException(
            f"TrialComponent '{record['TrialComponentArn']}' cannot be deleted while it is "
            "associated with a trial."
        )
    metrics.forget(cloud, record)
    return COMPONENT.delete(cloud, record)
