"""The permissions of the function that copies a model of another environment."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.resources import Resources
from infra.permissions import allow
from infra.promotion import source_role_arns


def copy_model(own: Resources) -> list[iam.PolicyStatement]:
    """To read the source's model and write a copy, encrypted with the key of this environment's
    bucket."""
    written = (s3_keys.TRAINING, s3_keys.EVALUATION, s3_keys.SOURCE_DOCUMENTS)
    return [
        may_read_sources(own),
        allow("s3:ListBucket", on=[own.storage.artefacts.bucket_arn]),
        # To see whether the code is there already.
        allow("s3:GetObject", on=[own.objects(s3_keys.CODE)]),
        allow(
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            on=[
                *(own.of_runs(folder) for folder in written),
                own.document(s3_keys.RUN),
                own.objects(s3_keys.CODE),
            ],
        ),
        # Decrypt is for uploads in parts (CreateMultipartUpload in botocore's model of S3).
        allow("kms:Decrypt", "kms:GenerateDataKey", on=[own.key]),
    ]


def may_read_sources(own: Resources) -> iam.PolicyStatement:
    """To assume the role of each environment whose models may be promoted here."""
    return allow("sts:AssumeRole", on=source_role_arns(own.settings))
