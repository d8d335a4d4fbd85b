"""CreateFeatureGroup, DescribeFeatureGroup and their kin.

Not emulated: throughput modes, TTL, Iceberg tables and the in-memory online store are refused;
KMS keys are remembered, and S3 encrypts by the bucket's own default.
"""

import logging
import threading
import time
from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import ResourceInUse, ResourceNotFound, ValidationException
from localcloud.execution.records import create, pick, select
from localcloud.features import glue_table
from localcloud.features.offline import writer
from localcloud.features.online import online_store
from localcloud.operations import operation

KIND = "feature-group"
RESERVED = ("is_deleted", "write_time", "api_invocation_time")
_DEFAULT_DATABASE = "sagemaker_featurestore"
_LOGGER = logging.getLogger(__name__)
Record = dict[str, Any]


def find_group(cloud: Cloud, name: str) -> Record:
    """The group by name or ARN. Raises ResourceNotFound."""
    short = name.rpartition("/")[2]
    record = cloud.store.get(KIND, short)
    if record is None:
        raise ResourceNotFound(f"Resource Not Found: Could not find a Feature Group named {name}")
    return record


@operation("CreateFeatureGroup")
def create_feature_group(cloud: Cloud, request: Record) -> Record:
    name = request["FeatureGroupName"]
    _check(request)
    arn = f"arn:aws:sagemaker:{cloud.region}:{cloud.account}:feature-group/{name.lower()}"
    record = {**request, "FeatureGroupArn": arn, "FeatureGroupStatus": "Creating"}
    if "OfflineStoreConfig" in request:
        record["OfflineStoreConfig"] = _resolved(cloud, name, request["OfflineStoreConfig"])
        record["OfflineStoreStatus"] = {"Status": "Active"}
    create(cloud, KIND, name, record, ResourceInUse(f"Resource Already Exists: {arn}"))
    threading.Thread(target=_make_stores, args=(cloud, name), daemon=True).start()
    return {"FeatureGroupArn": arn}


def _check(request: Record) -> None:
    names = [definition["FeatureName"] for definition in request["FeatureDefinitions"]]
    for name in names:
        if names.count(name) > 1:
            raise ValidationException(f"Duplicate feature name {name!r} in FeatureDefinitions")
        if name in RESERVED:
            raise ValidationException(f"Feature name {name!r} is one of the reserved {RESERVED}")
    for field in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if request[field] not in names:
            raise ValidationException(
                f"{field} {request[field]!r} is not in FeatureDefinitions: {', '.join(names)}"
            )
    if not request.get("OnlineStoreConfig", {}).get("EnableOnlineStore") and not request.get(
        "OfflineStoreConfig"
    ):
        raise ValidationException("OnlineStoreConfig or OfflineStoreConfig is required")
    _refuse(request)


def _refuse(request: Record) -> None:
    online = request.get("OnlineStoreConfig", {})
    unsupported = {
        "OnlineStoreConfig.TtlDuration": online.get("TtlDuration"),
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
    """The configuration with the names that SageMaker chooses when the request does not."""
    table = f"{name.replace('-', '_').lower()}_{int(time.time())}"
    catalog = {"TableName": table, "Catalog": "AwsDataCatalog", "Database": _DEFAULT_DATABASE}
    catalog |= config.get("DataCatalogConfig", {})
    storage = dict(config["S3StorageConfig"])
    storage["ResolvedOutputS3Uri"] = (
        f"{storage['S3Uri'].rstrip('/')}/{cloud.account}/sagemaker/{cloud.region}"
        f"/offline-store/{catalog['TableName']}/data"
    )
    return {
        **config,
        "S3StorageConfig": storage,
        "DataCatalogConfig": catalog,
        "DisableGlueTableCreation": config.get("DisableGlueTableCreation", False),
    }


def _make_stores(cloud: Cloud, name: str) -> None:
    record = find_group(cloud, name)
    try:
        glue_table.create_table(cloud, record)
    except (ClientError, OSError) as error:
        cloud.store.update(KIND, name, FeatureGroupStatus="CreateFailed", FailureReason=str(error))
    else:
        cloud.store.update(KIND, name, FeatureGroupStatus="Created", LastModifiedTime=time.time())


@operation("DescribeFeatureGroup")
def describe_feature_group(cloud: Cloud, request: Record) -> Record:
    return find_group(cloud, request["FeatureGroupName"])


@operation("ListFeatureGroups")
def list_feature_groups(cloud: Cloud, request: Record) -> Record:
    wanted = request.get("FeatureGroupStatusEquals")
    offline = request.get("OfflineStoreStatusEquals")
    summaries = select(cloud.store.list(KIND), request, name="FeatureGroupName", summary=_summary)
    return {
        "FeatureGroupSummaries": [
            summary
            for summary in summaries
            if wanted in (None, summary["FeatureGroupStatus"])
            and offline in (None, summary.get("OfflineStoreStatus", {}).get("Status"))
        ]
    }


def _summary(record: Record) -> Record:
    return pick(
        record,
        "FeatureGroupName",
        "FeatureGroupArn",
        "CreationTime",
        "FeatureGroupStatus",
        "OfflineStoreStatus",
    )


@operation("UpdateFeatureGroup")
def update_feature_group(cloud: Cloud, request: Record) -> Record:
    record = find_group(cloud, request["FeatureGroupName"])
    for field in ("OnlineStoreConfig", "ThroughputConfig"):
        if request.get(field):
            raise ValidationException(f"{field} is not supported by the embedded AWS")
    definitions = record["FeatureDefinitions"] + request.get("FeatureAdditions", [])
    changed = {**record, "FeatureDefinitions": definitions, "LastModifiedTime": time.time()}
    _check(changed)
    glue_table.update_table(cloud, changed)
    cloud.store.put(KIND, record["FeatureGroupName"], changed)
    return {"FeatureGroupArn": record["FeatureGroupArn"]}


@operation("DeleteFeatureGroup")
def delete_feature_group(cloud: Cloud, request: Record) -> Record:
    """As on AWS, the offline store's files and its Glue table stay."""
    record = find_group(cloud, request["FeatureGroupName"])
    if record["FeatureGroupStatus"] == "Creating":
        raise ResourceInUse(f"Feature Group {record['FeatureGroupName']} is still being created")
    name = record["FeatureGroupName"]
    cloud.store.update(KIND, name, FeatureGroupStatus="Deleting")  # no more records from here on
    try:
        writer(cloud).write_group(name)
    except (ClientError, OSError):
        _LOGGER.exception("the last records of %s are lost: its offline store is gone", name)
    cloud.store.delete(KIND, name)
    online_store(cloud).forget(name)
    return {}
