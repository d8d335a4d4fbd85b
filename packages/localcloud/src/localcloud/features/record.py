"""The operations on records. UpdateRecord needs the store Standard_V2, which is not emulated."""

import base64
import binascii
import time

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ResourceNotFound, ValidationError, ValidationException
from localcloud.core.records import Record
from localcloud.features.duration import end, iso_8601
from localcloud.features.online import OnlineStore, Values, Write
from localcloud.features.schema import Schema, open_schema

_PAGE = 100  # the most that MaxResults may be


def put_record(cloud: Cloud, request: Record) -> Record:
    with cloud.service(OnlineStore).transaction():
        _put(cloud, _schema_to_write(cloud, request["FeatureGroupName"]), request)
    return {}


def batch_write_record(cloud: Cloud, request: Record) -> Record:
    default = {"TtlDuration": request["TtlDuration"]} if "TtlDuration" in request else {}
    errors = []
    with cloud.service(OnlineStore).transaction():
        schemas = [_schema_to_read(cloud, one["FeatureGroupName"]) for one in request["Entries"]]
        for entry, schema in zip(request["Entries"], schemas, strict=True):
            try:
                _put(cloud, schema, {**default, **entry})
            except AwsError as error:
                errors.append({"Entry": entry, **_problem(error)})
    return {"Errors": errors, "UnprocessedEntries": []}


def _put(cloud: Cloud, schema: Schema, request: Record) -> None:
    values = schema.values(request["Record"])
    stores = schema.targets(request.get("TargetStores"))
    event_time = schema.seconds(values[schema.event_time])
    duration = request.get("TtlDuration")
    if duration and "OnlineStore" not in stores:
        raise ValidationError("TtlDuration is for the online store, to which this does not go")
    write = Write(
        schema.name,
        values[schema.identifier],
        event_time,
        values,
        time.time(),
        expires_at=end(event_time, duration or schema.ttl),
    )
    cloud.service(OnlineStore).put(
        write, online="OnlineStore" in stores, offline="OfflineStore" in stores
    )


def delete_record(cloud: Cloud, request: Record) -> Record:
    store, is_hard = cloud.service(OnlineStore), request.get("DeletionMode") == "HardDelete"
    record_id, moment = request["RecordIdentifierValueAsString"], request["EventTime"]
    with store.transaction():
        schema = _schema_to_write(cloud, request["FeatureGroupName"])
        stores = schema.targets(request.get("TargetStores"))
        values = {schema.identifier: record_id, schema.event_time: moment}
        event_time = schema.seconds(moment)
        write = Write(schema.name, record_id, event_time, values, time.time(), deleted=True)
        is_online = "OnlineStore" in stores
        if is_online and is_hard:
            _remove(cloud, write)
        store.put(write, online=is_online and not is_hard, offline="OfflineStore" in stores)
    return {}


def _remove(cloud: Cloud, write: Write) -> None:
    """Removes a record. On AWS, too, this fails when it comes late, unlike a soft deletion."""
    store = cloud.service(OnlineStore)
    existing = store.event_time(write.group, write.record_id)
    if existing is not None and existing >= write.event_time:
        raise ValidationException(
            f"EventTime must be later than that of the existing record, {iso_8601(existing)}"
        )
    store.remove(write.group, write.record_id)


def get_record(cloud: Cloud, request: Record) -> Record:
    schema = _online_schema(cloud, request["FeatureGroupName"])
    return _read(cloud, schema, request["RecordIdentifierValueAsString"], request, request)


def batch_get_record(cloud: Cloud, request: Record) -> Record:
    found, errors = [], []
    for identifier in request["Identifiers"]:
        name = identifier["FeatureGroupName"]
        for record_id in identifier["RecordIdentifiersValueAsString"]:
            place = {"FeatureGroupName": name, "RecordIdentifierValueAsString": record_id}
            try:
                schema = _online_schema(cloud, name)
                record = _read(cloud, schema, record_id, identifier, request)
            except AwsError as error:
                errors.append({**place, **_problem(error)})
            else:
                found += [{**place, **record}] if record else []
    return {"Records": found, "Errors": errors, "UnprocessedIdentifiers": []}


def _read(
    cloud: Cloud, schema: Schema, record_id: str, identifier: Record, options: Record
) -> Record:
    """Record and, if the request asks for it, ExpiresAt; nothing if there is no such record."""
    found = cloud.service(OnlineStore).get(schema.name, record_id, time.time())
    record = _shape(schema, found[0] if found else {}, identifier.get("FeatureNames"))
    if found is None:
        return {}
    expires_at = found[1]
    if expires_at is None or options.get("ExpirationTimeResponse") != "Enabled":
        return {"Record": record}
    return {"Record": record, "ExpiresAt": iso_8601(expires_at)}


def _shape(schema: Schema, values: Values, wanted: list[str] | None) -> list[Record]:
    for name in wanted or []:
        if name not in schema.kinds:
            raise ValidationError(f"Feature name {name!r} is not one of {', '.join(schema.kinds)}")
    return [
        {"FeatureName": name, "ValueAsString": values[name]}
        for name in schema.kinds
        if name in values and name in (wanted or schema.kinds)
    ]


def list_records(cloud: Cloud, request: Record) -> Record:
    schema = _online_schema(cloud, request["FeatureGroupName"])
    size = request.get("MaxResults", _PAGE)
    found = cloud.service(OnlineStore).identifiers(
        schema.name,
        _decoded(request["NextToken"]) if "NextToken" in request else "",
        size + 1,
        time.time(),
        deleted=request.get("IncludeSoftDeletedRecords", False),
    )
    token = base64.b64encode(found[size - 1].encode()).decode() if len(found) > size else None
    return {"RecordIdentifiers": found[:size], **({"NextToken": token} if token else {})}


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValidationError(f"Invalid NextToken {token!r}") from error


# -- feature groups ------------------------------------------------------------------------------


def _schema_to_write(cloud: Cloud, name: str) -> Schema:
    """PutRecord and DeleteRecord have no ResourceNotFound: a missing group breaks a rule."""
    try:
        return open_schema(cloud, name)
    except ResourceNotFound as error:
        raise ValidationError(error.message) from error


def _schema_to_read(cloud: Cloud, name: str) -> Schema:
    try:
        return open_schema(cloud, name)
    except ResourceNotFound as error:
        raise AwsError(error.code, error.message, 404) from error


def _online_schema(cloud: Cloud, name: str) -> Schema:
    schema = _schema_to_read(cloud, name)
    if "OnlineStore" not in schema.stores:
        raise AwsError("ResourceNotFound", f"FeatureGroup {name} has no online store", 404)
    return schema


def _problem(error: AwsError) -> Record:
    return {"ErrorCode": error.code, "ErrorMessage": error.message}
