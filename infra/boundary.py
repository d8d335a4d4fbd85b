"""The permissions boundary of all roles of a stage or a stack."""

from aws_cdk import PermissionsBoundary

from infra.settings import Settings


def boundary(settings: Settings) -> PermissionsBoundary | None:
    """The permissions boundary of all roles, those of CDK's own functions included. The settings
    name it by name or by ARN."""
    policy = settings.organisation.permissions_boundary
    if not policy:
        return None
    if policy.startswith("arn:"):
        return PermissionsBoundary.from_arn(policy)
    return PermissionsBoundary.from_name(policy)
