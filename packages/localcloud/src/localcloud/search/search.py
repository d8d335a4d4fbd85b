"""The records of a resource that meet a condition, sorted, with their tags.

Refused, not ignored: searches of other resources.
"""

from collections.abc import Callable, Iterable, Mapping

from botocore.model import Shape

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, refuse
from localcloud.features.group import KIND
from localcloud.features.metadata import metadata_of
from localcloud.http.wire import service_model
from localcloud.search import expression


def _of_kind(kind: str) -> Callable[[Cloud], Iterable[Record]]:
    return lambda cloud: cloud.store.list(kind)


def _features(cloud: Cloud) -> Iterable[Record]:
    for group in cloud.store.list(KIND):
        yield from metadata_of(cloud, group)


_RECORDS: Mapping[str, Callable[[Cloud], Iterable[Record]]] = {
    "FeatureGroup": _of_kind(KIND),
    "FeatureMetadata": _features,
    "ModelPackage": _of_kind("model-package"),
    "ModelPackageGroup": _of_kind("model-package-group"),
    "TrainingJob": _of_kind("training-job"),
    "Experiment": _of_kind("experiment"),
    "ExperimentTrial": _of_kind("experiment-trial"),
    "ExperimentTrialComponent": _of_kind("experiment-trial-component"),
}
# What a result is called where it is not called like the resource.
_MEMBERS = {"ExperimentTrial": "Trial", "ExperimentTrialComponent": "TrialComponent"}


def search(cloud: Cloud, request: Record) -> Record:
    refuse(request, ["VisibilityConditions"])
    resource: str = request["Resource"]
    condition = request.get("SearchExpression")
    if resource not in _RECORDS:
        raise ValidationException(f"A search of {resource} is not supported by the embedded AWS")
    if request.get("CrossAccountFilterOption") == "CrossAccount":
        raise ValidationException("CrossAccount is not supported by the embedded AWS")
    member = _MEMBERS.get(resource, resource)
    shape = service_model("sagemaker").shape_for(member)
    if condition is not None:
        expression.check(condition, shape)
    found = [
        record
        for record in (_shown(cloud, member, one, shape) for one in _RECORDS[resource](cloud))
        if condition is None or expression.is_met(condition, record, shape)
    ]
    return {
        "Results": [{member: record} for record in _sorted(found, request, shape)],
        "TotalHits": {"Value": len(found), "Relation": "EqualTo"},
    }


def _shown(cloud: Cloud, resource: str, record: Record, shape: Shape) -> Record:
    shown = {name: value for name, value in record.items() if name in shape.members}
    tags = cloud.store.get("tags", record[f"{resource}Arn"]) if "Tags" in shape.members else None
    if tags:
        shown["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return shown


def _sorted(found: list[Record], request: Record, shape: Shape) -> list[Record]:
    """The records in order; those that lack the property come last."""
    name, descending = request.get("SortBy"), request.get("SortOrder") != "Ascending"
    if name is None:
        return sorted(found, key=_last_change, reverse=descending)
    expression.check_property(name, shape)
    keyed = [(next(expression.values(name, record, shape), None), record) for record in found]
    if any(key and key[1] == "structure" for key, _ in keyed):
        raise ValidationException(f"SortBy {name!r} is not a single value")
    known = [(key[0], record) for key, record in keyed if key]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [record for _, record in known] + [record for key, record in keyed if not key]


def _last_change(record: Record) -> float:
    last = "LastModifiedTime" if "LastModifiedTime" in record else "CreationTime"
    return float(record[last])
