"""Operations of the Feature Store."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.features import feature, group, record

OPERATIONS: Operations = {
    **of(
        "sagemaker",
        {
            "DescribeFeatureMetadata": feature.describe_feature_metadata,
            "UpdateFeatureMetadata": feature.update_feature_metadata,
            "CreateFeatureGroup": group.create_feature_group,
            "DescribeFeatureGroup": group.describe_feature_group,
            "ListFeatureGroups": group.list_feature_groups,
            "UpdateFeatureGroup": group.update_feature_group,
            "DeleteFeatureGroup": group.delete_feature_group,
        },
    ),
    **of(
        "sagemaker-featurestore-runtime",
        {
            "PutRecord": record.put_record,
            "BatchWriteRecord": record.batch_write_record,
            "DeleteRecord": record.delete_record,
            "GetRecord": record.get_record,
            "BatchGetRecord": record.batch_get_record,
            "ListRecords": record.list_records,
        },
    ),
}
