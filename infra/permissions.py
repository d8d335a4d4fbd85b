"""Statements of IAM policies, and the reasons of those with a wildcard."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract.names import drift_name, scoring_name
from contract.steps import JobKind
from infra.settings import Settings

_RULE = "AwsSolutions::AwsSolutions-IAM5"
_NAMED_AT_RUN_TIME = (
    "Jobs, models, objects and log streams get their names from the execution; the prefix before "
    "the wildcard limits them to this environment."
)
_NO_RESOURCES = (
    "The service has no resource types for these actions, or requires * (DescribeAlarms): "
    "tests/judges compares with AWS's reference."
)


def allow(*actions: str, on: Sequence[str]) -> iam.PolicyStatement:
    """Allows the actions on these ARNs."""
    return iam.PolicyStatement(actions=list(actions), resources=list(on))


def arn(scope: Construct, service: str, resource: str) -> str:
    """arn:PARTITION:service:REGION:ACCOUNT:resource, of the stack's region and account."""
    return Stack.of(scope).format_arn(service=service, resource=resource)


def model_package_arns(scope: Construct, group: str) -> Sequence[str]:
    """The ARNs of the group and of its versions; AWS's examples have both."""
    return (
        arn(scope, "sagemaker", f"model-package-group/{group}"),
        arn(scope, "sagemaker", f"model-package/{group}/*"),
    )


def state_machines(settings: Settings) -> list[str]:
    """The names of an environment's state machines."""
    drift = [drift_name(settings.name)] if settings.has_drift else []
    return [settings.name, scoring_name(settings.name), *drift]


def execution_arns(scope: Construct, settings: Settings) -> list[str]:
    """The ARNs of all executions of an environment."""
    return [arn(scope, "states", f"execution:{name}:*") for name in state_machines(settings)]


def may_stop_jobs(scope: Construct, name: str) -> Sequence[iam.PolicyStatement]:
    """To find and stop the jobs of an environment, whatever their kind."""
    kinds = {kind.value: kind.title for kind in JobKind}
    return (
        # Lists have no resource types.
        allow(*(f"sagemaker:List{kind}Jobs" for kind in kinds.values()), on=["*"]),
        *(
            allow(
                f"sagemaker:Stop{kind}Job",
                on=[arn(scope, "sagemaker", f"{resource}-job/{name}-*")],
            )
            for resource, kind in kinds.items()
        ),
    )


def may_deregister_scaling(scope: Construct, endpoint: str) -> Sequence[iam.PolicyStatement]:
    """Application Auto Scaling deletes its alarms with the permissions of its caller."""
    alarms = arn(scope, "cloudwatch", f"alarm:TargetTracking-endpoint/{endpoint}/*")
    return (
        allow(
            "application-autoscaling:DeregisterScalableTarget",
            on=[arn(scope, "application-autoscaling", "scalable-target/*")],
        ),
        allow("cloudwatch:DeleteAlarms", on=[alarms]),
        may_describe_alarms(),
    )


def may_describe_alarms() -> iam.PolicyStatement:
    """On `*`: "You can't return information about composite alarms if your
    cloudwatch:DescribeAlarms permission has a narrower scope" (botocore's model of CloudWatch), and
    which alarms a service describes is not documented. AWS's policy for scaling has `*`, too:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"""
    return allow("cloudwatch:DescribeAlarms", on=["*"])


def grant(role: iam.Role, statements: Iterable[iam.PolicyStatement]) -> None:
    """Adds the statements to the role, with the reason for each wildcard."""
    for statement in statements:
        role.add_to_policy(statement)
        acknowledge_wildcards(role, statement.resources)


def acknowledge_wildcards(construct: Construct, resources: Iterable[str]) -> None:
    """Gives cdk-nag the reason for each of these ARNs that has a wildcard."""
    for resource in resources:
        text = _plain(Stack.of(construct).resolve(resource))
        if "*" in text:
            reason = _NO_RESOURCES if text == "*" else _NAMED_AT_RUN_TIME
            rule = Acknowledgment(id=f"{_RULE}[Resource::{text}]", reason=reason)
            Validations.of(construct).acknowledge(rule)


def _plain(resolved: Any) -> str:
    """An ARN as cdk-nag writes it: references in angle brackets, other functions as JSON."""
    match resolved:
        case str():
            return resolved
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_plain(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
    return json.dumps(resolved, separators=(",", ":"))
