"""PutRecord, GetRecord, BatchGetRecord and DeleteRecord."""

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError, ResourceNotFound, ValidationException
from localcloud.features.group import find_group
from localcloud.features.online import Values, online_store
from localcloud.operations import operation

_SERVICE = "sagemaker-featurestore-runtime"
_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
_INTEGERS = range(-(2**63), 2**63)
Record = dict[str, Any]


@operation("PutRecord", service=_SERVICE)
def put_record(cloud: Cloud, request: Record) -> Record:
    group = _created_group(cloud, request["FeatureGroupName"])
    _refuse_ttl(request)
    values = _values(group, request["Record"])
    stores = _stores(group, request)
    event_time = _event_time(group, values[group["EventTimeFeatureName"]])
    online_store(cloud).put(
        group["FeatureGroupName"],
        values[group["RecordIdentifierFeatureName"]],
        event_time,
        values,
        online="OnlineStore" in stores,
        row=_row(values, event_time, deleted=False) if "OfflineStore" in stores else None,
    )
    return {}


@operation("GetRecord", service=_SERVICE)
def get_record(cloud: Cloud, request: Record) -> Record:
    group = _online_group(cloud, request["FeatureGroupName"])
    values = online_store(cloud).get(
        group["FeatureGroupName"], request["RecordIdentifierValueAsString"]
    )
    return {"Record": _shape(group, values, request.get("FeatureNames"))} if values else {}


@operation("BatchGetRecord", service=_SERVICE)
def batch_get_record(cloud: Cloud, request: Record) -> Record:
    found, errors = [], []
    for identifier in request["Identifiers"]:
        name = identifier["FeatureGroupName"]
        for record_id in identifier["RecordIdentifiersValueAsString"]:
            place = {"FeatureGroupName": name, "RecordIdentifierValueAsString": record_id}
            try:
                group = _online_group(cloud, name)
                values = online_store(cloud).get(group["FeatureGroupName"], record_id)
                if values:
                    record = _shape(group, values, identifier.get("FeatureNames"))
                    found.append({**place, "Record": record})
            except AwsError as error:
                errors.append({**place, "ErrorCode": error.code, "ErrorMessage": error.message})
    return {"Records": found, "Errors": errors, "UnprocessedIdentifiers": []}


@operation("DeleteRecord", service=_SERVICE)
def delete_record(cloud: Cloud, request: Record) -> Record:
    group = _created_group(cloud, request["FeatureGroupName"])
    record_id = request["RecordIdentifierValueAsString"]
    event_time = _event_time(group, request["EventTime"])
    stores, store = _stores(group, request), online_store(cloud)
    values = {
        group["RecordIdentifierFeatureName"]: record_id,
        group["EventTimeFeatureName"]: request["EventTime"],
    }
    name = group["FeatureGroupName"]
    store.put(
        name,
        record_id,
        event_time,
        values,
        deleted=True,
        online="OnlineStore" in stores,
        row=_row(values, event_time, deleted=True) if "OfflineStore" in stores else None,
    )
    if request.get("DeletionMode") == "HardDelete" and "OnlineStore" in stores:
        store.remove_deleted(name, record_id)
    return {}


def _created_group(cloud: Cloud, name: str) -> Record:
    group = find_group(cloud, name)
    if group["FeatureGroupStatus"] != "Created":
        raise ValidationException(
            f"FeatureGroup {name} is in status {group['FeatureGroupStatus']}; it must be Created"
        )
    return group


def _online_group(cloud: Cloud, name: str) -> Record:
    group = _created_group(cloud, name)
    if not group.get("OnlineStoreConfig", {}).get("EnableOnlineStore"):
        raise ResourceNotFound(f"FeatureGroup {name} has no online store")
    return group


def _stores(group: Record, request: Record) -> list[str]:
    present = {
        "OnlineStore": group.get("OnlineStoreConfig", {}).get("EnableOnlineStore", False),
        "OfflineStore": "OfflineStoreConfig" in group,
    }
    available = [store for store, exists in present.items() if exists]
    for store in request.get("TargetStores", []):
        if store not in available:
            raise ValidationException(
                f"TargetStores {store!r} does not exist in this group; it has {available}"
            )
    return request.get("TargetStores") or available


def _refuse_ttl(request: Record) -> None:
    if request.get("TtlDuration"):
        raise ValidationException("TtlDuration is not supported by the embedded AWS")


def _values(group: Record, record: Iterable[Record]) -> Values:
    """Feature values by name. Raises ValidationException for a value its feature cannot have."""
    kinds = {item["FeatureName"]: item["FeatureType"] for item in group["FeatureDefinitions"]}
    values: Values = {}
    for item in record:
        name = item["FeatureName"]
        if name not in kinds:
            raise ValidationException(
                f"Feature name {name!r} is not in the group's definitions: {', '.join(kinds)}"
            )
        if name in values:
            raise ValidationException(f"Feature name {name!r} occurs more than once")
        if "ValueAsString" not in item:
            raise ValidationException(f"Feature {name!r} needs ValueAsString; lists are refused")
        values[name] = _checked(name, kinds[name], item["ValueAsString"])
    for field in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if not values.get(group[field]):
            raise ValidationException(f"{field} {group[field]!r} is missing in the record")
    return values


def _checked(name: str, kind: str, value: str) -> str:
    casts: dict[str, Callable[[str], Any]] = {"String": str, "Integral": int, "Fractional": float}
    try:
        number = casts[kind](value)
    except ValueError as error:
        raise ValidationException(f"Feature {name!r} is {kind}, not {value!r}") from error
    if kind == "Integral" and number not in _INTEGERS:
        raise ValidationException(f"Feature {name!r} is Integral of 64 bits, not {value!r}")
    return value


def _event_time(group: Record, value: str) -> float:
    """Seconds since the epoch. Raises ValidationException."""
    name = group["EventTimeFeatureName"]
    kinds = {item["FeatureName"]: item["FeatureType"] for item in group["FeatureDefinitions"]}
    if kinds[name] != "String":
        return _epoch_seconds(name, value)
    if not _ISO_8601.fullmatch(value):
        raise ValidationException(
            f"Event time {name!r} is {value!r}; it must be yyyy-MM-dd'T'HH:mm:ssZ or"
            " yyyy-MM-dd'T'HH:mm:ss.SSSZ, in UTC"
        )
    try:
        return datetime.fromisoformat(value).astimezone(UTC).timestamp()
    except ValueError as error:
        raise ValidationException(f"Event time {name!r} is {value!r}: {error}") from error


def _epoch_seconds(name: str, value: str) -> float:
    """Refuses what is no point in time: the offline store could not file it under an hour."""
    try:
        seconds = float(value)
        datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValidationException(
            f"Event time {name!r} is {value!r}; it must be seconds since the epoch, in years 1-9999"
        ) from error
    return seconds


def _row(values: Values, event_time: float, *, deleted: bool) -> Record:
    return {
        "record": values,
        "event_time": event_time,
        "invoked": time.time(),
        "deleted": deleted,
    }


def _shape(group: Record, values: Values, wanted: list[str] | None) -> list[Record]:
    names = [definition["FeatureName"] for definition in group["FeatureDefinitions"]]
    for name in wanted or []:
        if name not in names:
            raise ValidationException(f"Feature name {name!r} is not one of {', '.join(names)}")
    return [
        {"FeatureName": name, "ValueAsString": values[name]}
        for name in names
        if name in values and name in (wanted or names)
    ]
