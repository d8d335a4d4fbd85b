"""The Glue table by which Athena reads an offline store."""

from contextlib import suppress
from typing import Any

from localcloud.cloud import Cloud

_GLUE_TYPES = {"String": "string", "Integral": "bigint", "Fractional": "double"}
_OWN_COLUMNS = (
    ("write_time", "timestamp"),
    ("api_invocation_time", "timestamp"),
    ("is_deleted", "boolean"),
)
_PARTITIONS = ("year", "month", "day", "hour")
_HADOOP = "org.apache.hadoop.hive.ql.io.parquet"
Record = dict[str, Any]


def create_table(cloud: Cloud, group: Record) -> None:
    """Makes the table and, if need be, its database; nothing without an offline store."""
    config = group.get("OfflineStoreConfig")
    if config is None or config["DisableGlueTableCreation"]:
        return
    glue, catalog = cloud.client("glue"), config["DataCatalogConfig"]
    with suppress(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": catalog["Database"]})
    glue.create_table(DatabaseName=catalog["Database"], TableInput=_table(group, config))


def update_table(cloud: Cloud, group: Record) -> None:
    config = group.get("OfflineStoreConfig")
    if config is None or config["DisableGlueTableCreation"]:
        return
    cloud.client("glue").update_table(
        DatabaseName=config["DataCatalogConfig"]["Database"], TableInput=_table(group, config)
    )


def _table(group: Record, config: Record) -> Record:
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
