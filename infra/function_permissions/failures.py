"""The permissions of the functions that clean up when an execution fails or is stopped."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from contract.names import TRANSFORM
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_publish, may_write
from infra.permissions import allow, execution_arns, may_stop_jobs


def handle_failure(own: Resources) -> list[iam.PolicyStatement]:
    return [
        allow("sagemaker:StopProcessingJob", on=[own.named("processing-job")]),
        allow("sagemaker:StopTrainingJob", on=[own.named("training-job")]),
        *may_write(own, own.document(s3_keys.FAILURE)),
        may_publish(own),
        allow(
            "sagemaker:StopHyperParameterTuningJob", on=[own.named("hyper-parameter-tuning-job")]
        ),
    ]


def stop_jobs(own: Resources) -> list[iam.PolicyStatement]:
    """To see how an execution has ended, stop its jobs and delete its models."""
    return [
        allow(
            "states:DescribeExecution",
            "states:GetExecutionHistory",
            on=execution_arns(own.scope, own.settings),
        ),
        *may_stop_jobs(own.scope, own.name),
        # ListModels has no resource types.
        allow("sagemaker:ListModels", on=["*"]),
        allow("sagemaker:DeleteModel", on=[own.named("model", f"{TRANSFORM}-")]),
    ]
