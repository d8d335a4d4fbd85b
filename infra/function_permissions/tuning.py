"""The permissions of the functions of a tuning job."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_pass_role
from infra.permissions import allow


def start_tuning(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    """SageMaker starts the training jobs itself, with the tags of the tuning job."""
    return [
        allow(
            "sagemaker:CreateHyperParameterTuningJob",
            "sagemaker:DescribeHyperParameterTuningJob",
            "sagemaker:AddTags",
            on=[own.named("hyper-parameter-tuning-job")],
        ),
        *may_pass_role(own, role),
    ]


def end_tuning(own: Resources) -> list[iam.PolicyStatement]:
    """To find the best training job, and write its hyperparameters to the run."""
    return [
        allow(
            "sagemaker:DescribeHyperParameterTuningJob",
            "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
            on=[own.named("hyper-parameter-tuning-job")],
        ),
        allow("sagemaker:DescribeTrainingJob", on=[own.named("training-job")]),
        allow("s3:PutObject", on=[own.document(s3_keys.RUN)]),
        allow("kms:GenerateDataKey", on=[own.key]),
    ]
