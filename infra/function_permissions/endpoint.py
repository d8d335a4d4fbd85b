"""The permissions of the functions that deploy a model to the endpoint, scale it and invoke it."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import (
    may_describe_executions,
    may_pass_role,
    may_read_evaluation,
)
from infra.permissions import allow, may_deregister_scaling, may_describe_alarms


def deploy_endpoint(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    return [
        allow(
            "sagemaker:CreateModel",
            "sagemaker:DescribeModel",
            "sagemaker:AddTags",
            on=[own.named("model")],
        ),
        allow(
            "sagemaker:CreateEndpointConfig",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:AddTags",
            on=[own.endpoint_configs],
        ),
        # To create or update an endpoint is an action on its configuration, too.
        allow(
            "sagemaker:CreateEndpoint",
            "sagemaker:UpdateEndpoint",
            "sagemaker:DescribeEndpoint",
            "sagemaker:DeleteEndpoint",  # one that was never in service
            "sagemaker:AddTags",
            "sagemaker:ListTags",
            on=[own.endpoint, own.endpoint_configs],
        ),
        *may_deregister_scaling(own.scope, own.name),
        may_describe_executions(own),
        *may_pass_role(own, role),
    ]


def scale_endpoint(own: Resources) -> list[iam.PolicyStatement]:
    """Application Auto Scaling checks its permissions with those of the caller:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"""
    linked_role = (
        "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    )
    return [
        allow(
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:PutScalingPolicy",
            on=[own.arn("application-autoscaling", "scalable-target/*")],
        ),
        allow(
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:UpdateEndpointWeightsAndCapacities",
            on=[own.endpoint, own.endpoint_configs],
        ),
        allow(
            "cloudwatch:PutMetricAlarm",
            on=[own.arn("cloudwatch", f"alarm:TargetTracking-endpoint/{own.name}/*")],
        ),
        may_describe_alarms(),
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{linked_role}"],
            conditions={
                "StringEquals": {
                    "iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"
                }
            },
        ),
    ]


def smoke_test(own: Resources) -> list[iam.PolicyStatement]:
    return [allow("sagemaker:InvokeEndpoint", on=[own.endpoint]), *may_read_evaluation(own)]
