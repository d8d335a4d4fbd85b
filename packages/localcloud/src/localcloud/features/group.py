"""Operations on feature groups.

Refused, not ignored: throughput modes, Iceberg, collections, stores other than Standard. KMS keys
are remembered, and S3 encrypts by the bucket's own default.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from botocore.exceptions import ClientError

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceInUse, ResourceNotFound, ValidationException
from localcloud.core.records import Record, create, pick, select
from localcloud.features import glue_table, metadata
from localcloud.features.duration import check_duration
from localcloud.features.offline import OfflineWriter
from localcloud.features.online import OnlineStore

KIND = "feature-group"
RESERVED = ("is_deleted", "write_time", "api_invocation_time")
_DEFAULT_DATABASE = "sagemaker_featurestore"
_LOGGER = logging.getLogger(__name__)
TableMaker = Callable[[Cloud, Record], None]


def find_group(cloud: Cloud, name: str) -> Record:
    """The group by name or ARN, where names are in lower case. Raises ResourceNotFound."""
    if name.startswith("arn:"):
        groups = cloud.store.list(KIND)
        record = next((group for group in groups if group["FeatureGroupArn"] == name), None)
    else:
        record = cloud.store.get(KIND, name)
    if record is None:
        raise ResourceNotFound(
            f"Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {name}"
        )
    return record


def create_feature_group(cloud: Cloud, request: Record) -> Record:
    name = request["FeatureGroupName"]
    _check(request)
    arn = f"arn:aws:sagemaker:{cloud.region}:{cloud.account}:feature-group/{name.lower()}"
    record = {**request, "FeatureGroupArn": arn, "FeatureGroupStatus": "Creating"}
    if "OfflineStoreConfig" in request:
        record["OfflineStoreConfig"] = _resolved(cloud, name, request["OfflineStoreConfig"])
        record["OfflineStoreStatus"] = {"Status": "Active"}
    create(cloud, KIND, name, record, ResourceInUse(f"Resource Already Exists: {arn}"))
    threading.Thread(target=make_stores, args=(cloud, name), daemon=True).start()
    return {"FeatureGroupArn": arn}


def _check(request: Record) -> None:
    _check_features(request)
    online = request.get("OnlineStoreConfig", {})
    if not online.get("EnableOnlineStore") and not request.get("OfflineStoreConfig"):
        raise ValidationException("OnlineStoreConfig or OfflineStoreConfig is required")
    if "TtlDuration" in online:
        check_duration(online["TtlDuration"])
        if not online.get("EnableOnlineStore"):
            raise ValidationException("OnlineStoreConfig.TtlDuration needs EnableOnlineStore")
    _refuse(request)


def _check_features(request: Record) -> None:
    kinds = {one["FeatureName"]: one["FeatureType"] for one in request["FeatureDefinitions"]}
    # Glue does not tell them apart by their case.
    times = Counter(one["FeatureName"].lower() for one in request["FeatureDefinitions"])
    for name in kinds:
        if times[name.lower()] > 1:
            raise ValidationException(f"Duplicate feature name {name!r} in FeatureDefinitions")
        if name in RESERVED:
            raise ValidationException(f"Feature name {name!r} is one of the reserved {RESERVED}")
    for field in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if request[field] not in kinds:
            raise ValidationException(
                f"{field} {request[field]!r} is not in FeatureDefinitions: {', '.join(kinds)}"
            )
    if kinds[request["EventTimeFeatureName"]] == "Integral":
        raise ValidationException(
            f"EventTimeFeatureName {request['EventTimeFeatureName']!r} is Integral; "
            "it must be String or Fractional"
        )


def _refuse(request: Record) -> None:
    online = request.get("OnlineStoreConfig", {})
    collections = [one for one in request["FeatureDefinitions"] if "CollectionType" in one]
    unsupported = {
        "FeatureDefinitions.CollectionType": collections,  # only the store InMemory has them
        "OnlineStoreConfig.StorageType": online.get("StorageType", "Standard") != "Standard",
        "OfflineStoreConfig.TableFormat": request.get("OfflineStoreConfig", {}).get(
            "TableFormat", "Glue"
        )
        not in ("Glue", "Default"),
        "ThroughputConfig": request.get("ThroughputConfig", {}).get("ThroughputMode", "OnDemand")
        != "OnDemand",
    }
    for field, used in unsupported.items():
        if used:
            raise ValidationException(f"{field} is not supported by the embedded AWS")


def _resolved(cloud: Cloud, name: str, config: Record) -> Record:
    """The configuration with the names that SageMaker chooses when the request does not.

    The files' place has the group's name and its time, whatever the table is called:
    https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html
    """
    now = int(time.time())
    table = f"{name.replace('-', '_').lower()}_{now}"
    catalog = {"TableName": table, "Catalog": "AwsDataCatalog", "Database": _DEFAULT_DATABASE}
    catalog |= config.get("DataCatalogConfig", {})
    storage = dict(config["S3StorageConfig"])
    storage["ResolvedOutputS3Uri"] = (
        f"{storage['S3Uri'].rstrip('/')}/{cloud.account}/sagemaker/{cloud.region}"
        f"/offline-store/{name}-{now}/data"
    )
    return {
        **config,
        "S3StorageConfig": storage,
        "DataCatalogConfig": catalog,
        "DisableGlueTableCreation": config.get("DisableGlueTableCreation", False),
    }


def make_stores(cloud: Cloud, name: str, make_table: TableMaker = glue_table.create_table) -> None:
    """Makes the Glue table, and the group Created, or CreateFailed with its FailureReason."""
    record = find_group(cloud, name)
    try:
        make_table(cloud, record)
    except (ClientError, OSError) as error:
        cloud.store.update(KIND, name, FeatureGroupStatus="CreateFailed", FailureReason=str(error))
    else:
        cloud.store.update(KIND, name, FeatureGroupStatus="Created", LastModifiedTime=time.time())


def describe_feature_group(cloud: Cloud, request: Record) -> Record:
    return find_group(cloud, request["FeatureGroupName"])


def list_feature_groups(cloud: Cloud, request: Record) -> Record:
    wanted = request.get("FeatureGroupStatusEquals")
    offline = request.get("OfflineStoreStatusEquals")

    def shows(record: Record) -> bool:
        stored = record.get("OfflineStoreStatus", {}).get("Status")
        return wanted in (None, record.get("FeatureGroupStatus")) and offline in (None, stored)

    groups = cloud.store.list(KIND)
    found = select(groups, request, name="FeatureGroupName", summary=_summary, shows=shows)
    return {"FeatureGroupSummaries": found}


def _summary(record: Record) -> Record:
    return pick(
        record,
        "FeatureGroupName",
        "FeatureGroupArn",
        "CreationTime",
        "FeatureGroupStatus",
        "OfflineStoreStatus",
    )


def update_feature_group(cloud: Cloud, request: Record) -> Record:
    record = find_group(cloud, request["FeatureGroupName"])
    given = [name for name in ("FeatureAdditions", "OnlineStoreConfig") if request.get(name)]
    if request.get("ThroughputConfig"):
        raise ValidationException("ThroughputConfig is not supported by the embedded AWS")
    if len(given) != 1:
        raise ValidationException("Give one of FeatureAdditions and OnlineStoreConfig at a time")
    change = _added if given == ["FeatureAdditions"] else _with_duration
    changed = {
        **change(record, request[given[0]]),
        "LastModifiedTime": time.time(),
        "LastUpdateStatus": {"Status": "Successful"},
    }
    _check(changed)
    _update_table(cloud, changed)
    cloud.store.put(KIND, record["FeatureGroupName"], changed)
    metadata.note_additions(cloud, changed, request.get("FeatureAdditions", []))
    return {"FeatureGroupArn": record["FeatureGroupArn"]}


def _update_table(cloud: Cloud, record: Record) -> None:
    """Updates the Glue table. Raises ValidationException if it cannot, as when somebody has removed
    it."""
    try:
        glue_table.update_table(cloud, record)
    except ClientError as error:
        name = record["FeatureGroupName"]
        raise ValidationException(f"The table of FeatureGroup {name}: {error}") from error


def _added(record: Record, additions: list[Record]) -> Record:
    return {**record, "FeatureDefinitions": record["FeatureDefinitions"] + additions}


def _with_duration(record: Record, update: Record) -> Record:
    """An empty TtlDuration, or one of nulls, removes the default."""
    online = record.get("OnlineStoreConfig", {})
    if not online.get("EnableOnlineStore"):
        raise ValidationException(f"FeatureGroup {record['FeatureGroupName']} has no online store")
    changed = {**online, **update}
    if not changed.get("TtlDuration"):
        changed.pop("TtlDuration", None)
    return {**record, "OnlineStoreConfig": changed}


def delete_feature_group(cloud: Cloud, request: Record) -> Record:
    """Deletes a group. As on AWS, the offline store's files and its Glue table stay."""
    record = find_group(cloud, request["FeatureGroupName"])
    if record["FeatureGroupStatus"] == "Creating":
        raise ResourceInUse(f"Feature Group {record['FeatureGroupName']} is still being created")
    name = record["FeatureGroupName"]
    cloud.store.update(KIND, name, FeatureGroupStatus="Deleting")
    with cloud.service(OnlineStore).transaction():
        pass  # the last records that found it Created are in; no more from here on
    finish_deletion(cloud, record)
    return {}


def finish_deletion(cloud: Cloud, record: Record) -> None:
    """Writes the last records to the offline store, then deletes the group."""
    name = record["FeatureGroupName"]
    try:
        cloud.service(OfflineWriter).write_group(name)
    except (ClientError, OSError):
        _LOGGER.exception("the last records of %s are lost: its offline store is gone", name)
    cloud.store.delete(KIND, name)
    metadata.forget(cloud, record)
    cloud.service(OnlineStore).forget(name)
