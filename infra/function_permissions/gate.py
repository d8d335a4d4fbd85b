"""The permissions of the functions that decide about a model and register it."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_publish, may_read_evaluation, may_write
from infra.permissions import allow, model_package_arns


def check_gate(own: Resources) -> list[iam.PolicyStatement]:
    return [*may_read_evaluation(own)]


def register_model(own: Resources) -> list[iam.PolicyStatement]:
    """CreateModelPackage, and reading the artefact and the image, which SageMaker may check
    with the permissions of its caller: as in the managed policy
    AmazonSageMakerModelRegistryFullAccess, v2 of 2024-06-06."""
    read = [own.of_runs(folder) for folder in (s3_keys.TRAINING, s3_keys.EVALUATION)]
    return [
        allow(
            "sagemaker:CreateModelPackage",
            "sagemaker:AddTags",
            on=model_package_arns(own.scope, own.name),
        ),
        allow("s3:ListBucket", on=[own.storage.artefacts.bucket_arn]),
        allow("s3:GetObject", on=read),
        allow("kms:Decrypt", on=[own.key]),
        allow(
            "ecr:BatchGetImage",
            "ecr:DescribeImages",
            on=[own.settings.image_of_serving().repository_arn],
        ),
    ]


def ask_approval(own: Resources) -> list[iam.PolicyStatement]:
    return [*may_write(own, own.document(s3_keys.APPROVAL)), may_publish(own)]
