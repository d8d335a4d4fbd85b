"""The permissions of the functions of batch scoring."""

from aws_cdk import aws_iam as iam

from contract.names import TRANSFORM
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_find_champion, may_pass_role
from infra.permissions import allow

_NAMED = f"{TRANSFORM}-"


def start_scoring(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    """To find a version and the parts, make a model and start a transform job."""
    return [
        *may_find_champion(own),
        allow(
            "sagemaker:CreateModel",
            "sagemaker:DescribeModel",
            "sagemaker:AddTags",
            on=[own.named("model", _NAMED)],
        ),
        allow(
            "sagemaker:CreateTransformJob",
            "sagemaker:DescribeTransformJob",
            "sagemaker:AddTags",
            on=[own.named("transform-job", _NAMED)],
        ),
        *may_pass_role(own, role),
    ]


def end_scoring(own: Resources) -> list[iam.PolicyStatement]:
    return [
        allow("sagemaker:StopTransformJob", on=[own.named("transform-job", _NAMED)]),
        allow("sagemaker:DeleteModel", on=[own.named("model", _NAMED)]),
    ]
