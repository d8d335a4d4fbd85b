"""The log groups of an environment: encrypted, kept for as long as the settings say, and deleted
with their stack."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import Settings


def log_group(
    scope: Construct, id_: str, *, settings: Settings, key: kms.IKey, name: str | None = None
) -> logs.LogGroup:
    """A log group with the retention and the key of the environment. CloudFormation chooses a
    missing name."""
    group = logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        # CDK has a name for each number of days; CloudFormation has the number.
        retention=logs.RetentionDays.INFINITE,
        removal_policy=RemovalPolicy.DESTROY,
        encryption_key=key,
    )
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)  # noqa: S101 - aws-cdk-lib is pinned
    resource.retention_in_days = settings.organisation.log_days
    return group
