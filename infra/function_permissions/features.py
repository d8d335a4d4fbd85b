"""The permissions of the function that counts the ingested rows of a run."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.resources import Resources
from infra.permissions import allow


def check_features(own: Resources) -> list[iam.PolicyStatement]:
    """To count the rows of a table: the part of the managed policy AmazonAthenaFullAccess (v15
    of 2026-02-12) that reads the catalog and handles results."""
    return [
        allow(
            "athena:StartQueryExecution",
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            on=[own.arn("athena", f"workgroup/{own.name}")],
        ),
        _may_read_catalog(own),
        *_may_use_query_results(own),
        allow("s3:PutObject", on=[own.objects(s3_keys.REUSE)]),
        allow("kms:Decrypt", "kms:GenerateDataKey", on=[own.key]),
    ]


def _may_read_catalog(own: Resources) -> iam.PolicyStatement:
    """Athena needs to read the database `default`, too:
    https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html"""
    catalog = own.settings.catalog_name
    resources = (
        "catalog",
        "database/default",
        f"database/{catalog}",
        f"table/{catalog}/{own.settings.feature_table}",
    )
    return allow(
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetTable",
        "glue:GetTables",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchGetPartition",
        on=[own.arn("glue", resource) for resource in resources],
    )


def _may_use_query_results(own: Resources) -> Sequence[iam.PolicyStatement]:
    """Read the offline store and the reports of runs; read and write the results of queries."""
    return (
        allow(
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:ListBucketMultipartUploads",
            on=[own.storage.artefacts.bucket_arn],
        ),
        allow("s3:GetObject", on=[own.objects(s3_keys.RUNS), own.objects(s3_keys.FEATURE_STORE)]),
        allow(
            "s3:GetObject",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
            on=[own.objects(s3_keys.ATHENA)],
        ),
    )
