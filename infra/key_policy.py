"""The statements that the policy of an environment's KMS key must have, also that of an existing
key.

The roles of the environment have their permissions for the key in their own policies, which count
where the key's policy lets the account decide:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from infra.settings import Settings

Statement = dict[str, Any]
BUDGETS = "budgets.amazonaws.com"
_EVERYTHING = "*"  # in a key policy: this key
# What roles of the environment, and the one with which CloudFormation deploys, do with it. The
# last three are needed by whoever creates a feature group (OnlineStoreSecurityConfig of its API).
_BY_ROLES = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:ListGrants",
    "kms:RetireGrant",
    "kms:RevokeGrant",
)


def statements(settings: Settings, account: str, partition: str = "aws") -> list[Statement]:
    """The statements for an existing key. CDK gives those of the account to a new one."""
    everybody = {"AWS": f"arn:{partition}:iam::{account}:root"}
    return [
        _allow(everybody, list(_BY_ROLES)),
        *service_statements(settings, account, partition),
    ]


def service_statements(settings: Settings, account: str, partition: str = "aws") -> list[Statement]:
    """CloudWatch Logs for the log groups of the environment, CloudWatch and AWS Budgets for alarms
    to its topic: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html,
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html,
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    """
    region = settings.region
    groups = f"arn:{partition}:logs:{region}:{account}:log-group:*{settings.name}*"
    logs = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    ]
    return [
        _allow(
            {"Service": f"logs.{region}.amazonaws.com"},
            logs,
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        ),
        _publishing("cloudwatch.amazonaws.com", account),
        *([_publishing(BUDGETS, account)] if settings.has_budget else []),
    ]


def _publishing(service: str, account: str) -> Statement:
    """The statement for a service that publishes to an encrypted topic."""
    return _allow(
        {"Service": service},
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        {"StringEquals": {"aws:SourceAccount": account}},
    )


def missing(policy: Mapping[str, Any], wanted: list[Statement]) -> Iterator[str]:
    """Who lacks which actions in the policy of a key. It does not look at conditions."""
    allowed = [item for item in policy["Statement"] if item["Effect"] == "Allow"]
    for statement in wanted:
        ((kind, principal),) = statement["Principal"].items()
        patterns = [
            pattern
            for item in allowed
            if _has_principal(item.get("Principal", {}), kind, principal)
            for pattern in _as_list(item.get("Action", []))
        ]
        lacking = [
            action
            for action in statement["Action"]
            if not any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
        ]
        if lacking:
            yield f"{principal} may not {', '.join(lacking)}"


def _allow(
    principal: dict[str, str], actions: list[str], condition: Statement | None = None
) -> Statement:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": actions,
        "Resource": _EVERYTHING,
    }
    return statement | ({"Condition": condition} if condition else {})


def _has_principal(principal: Any, kind: str, wanted: str) -> bool:
    """An account may be named by its root user, or by its number."""
    if principal == "*":
        return True
    named = _as_list(principal.get(kind, []))
    account = wanted.split(":")[4] if wanted.endswith(":root") else wanted
    return wanted in named or account in named or "*" in named


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
