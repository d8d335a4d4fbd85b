"""Statements that functions of several subjects have."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.resources import Resources
from infra.permissions import allow, model_package_arns


def may_pass_role(own: Resources, role: iam.IRole) -> Sequence[iam.PolicyStatement]:
    """To pass the role to SageMaker, and to let it use the key for volumes."""
    return (
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        allow("kms:CreateGrant", "kms:DescribeKey", on=[own.key]),
    )


def may_find_champion(own: Resources) -> Sequence[iam.PolicyStatement]:
    """To look for its version and its artefact, by HEAD. That HEAD of an encrypted object needs
    kms:Decrypt is documented for its checksum only, and some report a 403 without it."""
    return (
        allow(
            "sagemaker:ListModelPackages",
            "sagemaker:DescribeModelPackage",
            on=model_package_arns(own.scope, own.name),
        ),
        # To see whether its artefact still exists.
        allow("s3:ListBucket", on=[own.storage.artefacts.bucket_arn]),
        allow("s3:GetObject", on=[own.of_runs(s3_keys.TRAINING)]),
        allow("kms:Decrypt", on=[own.key]),
    )


def may_read_evaluation(own: Resources) -> Sequence[iam.PolicyStatement]:
    return (
        allow("s3:GetObject", on=[own.of_runs(s3_keys.EVALUATION)]),
        allow("kms:Decrypt", on=[own.key]),
    )


def may_write(own: Resources, objects: str) -> Sequence[iam.PolicyStatement]:
    """To write objects of the artefact bucket. The KMS key is that of the topic, too."""
    return (
        allow("s3:PutObject", on=[objects]),
        allow("kms:Decrypt", "kms:GenerateDataKey", on=[own.key]),
    )


def may_publish(own: Resources) -> iam.PolicyStatement:
    return allow("sns:Publish", on=[own.topic.topic_arn])


def may_describe_executions(own: Resources) -> iam.PolicyStatement:
    return allow("states:DescribeExecution", on=[own.arn("states", f"execution:{own.name}:*")])
