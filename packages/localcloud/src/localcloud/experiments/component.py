"""Operations on trial components."""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, pick
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
    found = [_listable(one) for one in _listed(cloud, request) if _is_of_source(one, request)]
    more = ("TrialComponentSource", "Status", "StartTime", "EndTime", "CreatedBy", "LastModifiedBy")
    return COMPONENT.summaries(found, request, *more)


def _is_of_source(component: Record, request: Record) -> bool:
    wanted = request.get("SourceArn")
    return wanted in (None, component.get("Source", {}).get("SourceArn"))


def _listable(component: Record) -> Record:
    """The summary of a component, in which the source has another name."""
    return (
        component | {"TrialComponentSource": component["Source"]}
        if "Source" in component
        else component
    )


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
