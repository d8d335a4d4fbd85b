"""Associations: which artifact, action, context, experiment or trial component led to which."""

import time
from collections.abc import Mapping

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record

KIND = "association"
# By the resource type in an ARN: the members that have the name and the type of an entity.
_DESCRIBED_BY: Mapping[str, tuple[str, str]] = {
    "artifact": ("ArtifactName", "ArtifactType"),
    "action": ("ActionName", "ActionType"),
    "context": ("ContextName", "ContextType"),
    "experiment": ("ExperimentName", ""),
    "experiment-trial-component": ("TrialComponentName", ""),
}


def add_association(cloud: Cloud, request: Record) -> Record:
    ends = records.pick(request, "SourceArn", "DestinationArn")
    described: Record = {}
    for end in ("Source", "Destination"):
        described |= _description(cloud, end, request[f"{end}Arn"])
    record = {**ends, **described, **records.pick(request, "AssociationType"), "CreatedBy": {}}
    taken = ValidationException(
        f"An association of {ends['SourceArn']} with {ends['DestinationArn']} already exists."
    )
    record |= {"CreationTime": time.time(), "LastModifiedTime": time.time()}
    if not cloud.store.add(KIND, _key(ends), record):
        raise taken
    return ends


def _key(ends: Record) -> str:
    return f"{ends['SourceArn']} {ends['DestinationArn']}".lower()


def _description(cloud: Cloud, end: str, arn: str) -> Record:
    """Name and type of an entity, as a list of associations shows them."""
    kind, _, name = arn.split(":", 5)[5].partition("/")
    record = cloud.store.get(kind, name.lower())
    if record is None:
        raise ResourceNotFound(f"'{arn}' does not exist.")
    name_field, type_field = _DESCRIBED_BY[kind]
    kinds = record.get(type_field) or record.get("Source", {}).get("SourceType")
    described = {f"{end}Name": record.get(name_field), f"{end}Type": kinds}
    return {field: value for field, value in described.items() if value}


def list_associations(cloud: Cloud, request: Record) -> Record:
    wanted = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")
    found = [
        one | {"Name": one.get(request.get("SortBy", ""), "")}
        for one in cloud.store.list(KIND)
        if all(request.get(field) in (None, one.get(field)) for field in wanted)
    ]
    order = {"SortBy": "Name"} if request.get("SortBy", "CreationTime") != "CreationTime" else {}
    summary = records.picker(*wanted, "SourceName", "DestinationName", "CreationTime", "CreatedBy")
    chosen = records.select(
        found, records.with_creation_times(request) | order, name="Name", summary=summary
    )
    return {"AssociationSummaries": chosen}


def delete_association(cloud: Cloud, request: Record) -> Record:
    ends = records.pick(request, "SourceArn", "DestinationArn")
    if cloud.store.get(KIND, _key(ends)) is None:
        raise ResourceNotFound(
            f"An association of {ends['SourceArn']} with {ends['DestinationArn']} does not exist."
        )
    cloud.store.delete(KIND, _key(ends))
    return ends


def has_any(cloud: Cloud, arn: str) -> bool:
    """Whether an entity is the source or the destination of an association."""
    ends = ("SourceArn", "DestinationArn")
    return any(one[end].lower() == arn.lower() for one in cloud.store.list(KIND) for end in ends)
