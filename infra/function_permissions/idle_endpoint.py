"""The permissions of the functions that stop an idle endpoint and start it again."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.endpoint import scale_endpoint
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_describe_executions
from infra.permissions import allow, may_deregister_scaling


def stop_idle_endpoint(own: Resources) -> list[iam.PolicyStatement]:
    scales = own.settings.endpoint.max_instance_count > 0
    return [
        allow(
            "sagemaker:DescribeEndpoint",
            "sagemaker:DeleteEndpoint",
            "sagemaker:ListTags",
            on=[own.endpoint],
        ),
        # GetMetricStatistics has no resource types.
        allow("cloudwatch:GetMetricStatistics", on=["*"]),
        may_describe_executions(own),
        *_may_use_record(own, "s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        *(_may_stop_and_restore_scaling(own) if scales else []),
    ]


def start_endpoint(own: Resources) -> list[iam.PolicyStatement]:
    """To create an endpoint is an action on its configuration, too; the volumes of instances
    have the environment's key."""
    return [
        allow(
            "sagemaker:CreateEndpoint",
            "sagemaker:DescribeEndpoint",
            "sagemaker:DeleteEndpoint",  # one that has failed to start
            "sagemaker:AddTags",
            on=[own.endpoint, own.endpoint_configs],
        ),
        allow("kms:CreateGrant", "kms:DescribeKey", on=[own.key]),
        *_may_use_record(own, "s3:GetObject"),
    ]


def _may_stop_and_restore_scaling(own: Resources) -> Sequence[iam.PolicyStatement]:
    """The descriptions of Application Auto Scaling have no resource types."""
    return (
        allow(
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            on=["*"],
        ),
        *may_deregister_scaling(own.scope, own.name),
        *scale_endpoint(own),
    )


def _may_use_record(own: Resources, *actions: str) -> Sequence[iam.PolicyStatement]:
    """The record of a stopped endpoint; with ListBucket S3 answers 404 where there is none."""
    writes = "s3:PutObject" in actions
    return (
        allow("s3:ListBucket", on=[own.storage.artefacts.bucket_arn]),
        allow(*actions, on=[own.object(s3_keys.STOPPED_ENDPOINT)]),
        allow("kms:Decrypt", *(["kms:GenerateDataKey"] if writes else []), on=[own.key]),
    )
