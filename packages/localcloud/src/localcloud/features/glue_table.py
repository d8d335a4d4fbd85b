"""The Glue table by which Athena reads an offline store."""

from contextlib import suppress

from botocore.exceptions import ClientError

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record

_GLUE_TYPES = {"String": "string", "Integral": "bigint", "Fractional": "double"}
_OWN_COLUMNS = (
    ("write_time", "timestamp"),
    ("api_invocation_time", "timestamp"),
    ("is_deleted", "boolean"),
)
_PARTITIONS = ("year", "month", "day", "hour")
_HADOOP = "org.apache.hadoop.hive.ql.io.parquet"


def create_table(cloud: Cloud, group: Record) -> None:
    """Makes the table and, if need be, its database; nothing where the group wants no table."""
    if not _is_wanted(group):
        return
    glue, catalog = cloud.client("glue"), group["OfflineStoreConfig"]["DataCatalogConfig"]
    with suppress(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": catalog["Database"]})
    glue.create_table(DatabaseName=catalog["Database"], TableInput=_table(group))


def restore_table(cloud: Cloud, group: Record) -> None:
    """Makes the table what the group says, also if an older one is there."""
    try:
        create_table(cloud, group)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AlreadyExistsException":
            raise
        update_table(cloud, group)


def update_table(cloud: Cloud, group: Record) -> None:
    """Changes the Glue table to the features of the group, if the group has a table."""
    if not _is_wanted(group):
        return
    database = group["OfflineStoreConfig"]["DataCatalogConfig"]["Database"]
    cloud.client("glue").update_table(DatabaseName=database, TableInput=_table(group))


def _is_wanted(group: Record) -> bool:
    config = group.get("OfflineStoreConfig")
    return config is not None and not config["DisableGlueTableCreation"]


def _table(group: Record) -> Record:
    config = group["OfflineStoreConfig"]
    features = [
        (definition["FeatureName"], _GLUE_TYPES[definition["FeatureType"]])
        for definition in group["FeatureDefinitions"]
    ]
    return {
        "Name": config["DataCatalogConfig"]["TableName"],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [{"Name": name, "Type": "string"} for name in _PARTITIONS],
        "StorageDescriptor": {
            "Columns": [
                {"Name": name.lower(), "Type": kind} for name, kind in [*features, *_OWN_COLUMNS]
            ],
            "Location": config["S3StorageConfig"]["ResolvedOutputS3Uri"],
            "InputFormat": f"{_HADOOP}.MapredParquetInputFormat",
            "OutputFormat": f"{_HADOOP}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{_HADOOP}.serde.ParquetHiveSerDe"},
        },
    }
