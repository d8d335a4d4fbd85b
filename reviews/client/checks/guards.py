"""Checks of what an organisation brings along: a permissions boundary, a key, a VPC."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from contract.names import bucket_name
from infra import key_policy
from infra.settings import Settings
from reviews.client.aws.connection import Connection
from reviews.client.checks.findings import Finding, judge

_SETTINGS = "infra/settings/environments.py"
_PAGE = "docs/organisation.md"
_FEWEST_ZONES = 2
_NOT_OURS = "whose policy only its own account can read"  # GetKeyPolicy of KMS
_GONE = ("NoSuchBucket", "NoSuchEntity", "NotFoundException", "InvalidSubnetID.NotFound")


def of(settings: Settings) -> dict[str, Callable[[Connection], Finding]]:
    """The checks of what these settings name, by what they are called."""
    organisation = settings.organisation
    checks = {
        "Permissions boundary": (boundary, organisation.permissions_boundary),
        "KMS key": (key, organisation.kms_key),
        "VPC": (vpc, settings.network.subnets),
    }
    return {name: check for name, (check, wanted) in checks.items() if wanted}


def boundary(connection: Connection) -> Finding:
    """Whether the managed policy exists: no role can be made without it."""
    named = connection.settings.organisation.permissions_boundary
    arn = named if named.startswith("arn:") else _policy_arn(connection, named)
    found = _or_none(lambda: connection.client("iam").get_policy(PolicyArn=arn))
    return judge(
        "Permissions boundary",
        found is not None,
        arn if found else f"there is no policy {arn}",
        fix=f"make it ({_PAGE}), or change organisation.permissions_boundary in {_SETTINGS}",
        blocks=True,
    )


def key(connection: Connection) -> Finding:
    """Whether it is enabled, encrypts, lets those use it who encrypt with it, and is that of the
    data, if there are some."""
    arn, kms = connection.settings.organisation.kms_key, connection.client("kms")
    is_readable = arn.split(":")[4] == _identity(connection)["Account"]
    described = _or_none(lambda: kms.describe_key(KeyId=arn)["KeyMetadata"])
    if described is None:
        problems = [f"there is no key {arn}"]
    elif is_readable:
        problems = _problems(described) or _missing_in_policy(connection, kms)
    else:
        problems = _problems(described)
    problems += _data_of_another_key(connection, arn)
    needed = "a symmetric key for encryption, whose policy allows it"
    return judge(
        "KMS key",
        not problems,
        "; ".join(problems) or (arn if is_readable else f"{arn}, {_NOT_OURS}"),
        needed=needed,
        fix=f"the statements in {_PAGE}, or change organisation.kms_key in {_SETTINGS}",
        blocks=True,
    )


def _data_of_another_key(connection: Connection, arn: str) -> list[str]:
    """What is encrypted keeps its key. With another one CloudFormation would delete the key of the
    environment, without which nobody can read the data, and fail at the Feature Group, whose key it
    cannot change (OnlineStoreConfig of its schema is for its creation only)."""
    settings, account = connection.settings, _identity(connection)["Account"]
    bucket = bucket_name(settings.name, "data", account, settings.region)
    found = _or_none(lambda: connection.client("s3").get_bucket_encryption(Bucket=bucket))
    if found is None:
        return []
    (rule,) = found["ServerSideEncryptionConfiguration"]["Rules"]
    used = rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID", "")
    if used.rpartition("/")[2] == arn.rpartition("/")[2]:
        return []
    return [f"{bucket} has the key {used or 'of S3'}, with which alone its objects can be read"]


def _problems(described: dict[str, Any]) -> list[str]:
    wanted = {
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
    }
    return [
        f"{name} is {described[name]}, not {value}"
        for name, value in wanted.items()
        if described[name] != value
    ]


def _missing_in_policy(connection: Connection, kms: Any) -> list[str]:
    settings, identity = connection.settings, _identity(connection)
    arn, account = settings.organisation.kms_key, identity["Account"]
    policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
    partition = identity["Arn"].split(":")[1]
    wanted = key_policy.statements(settings, account, partition)
    return list(key_policy.missing(policy, wanted))


def vpc(connection: Connection) -> Finding:
    """Whether the subnets are of the VPC, in two zones at least, which an endpoint requires."""
    network = connection.settings.network
    ec2, wanted = connection.client("ec2"), list(network.subnets)
    found = _or_none(lambda: ec2.describe_subnets(SubnetIds=wanted)["Subnets"])
    strangers = [item["SubnetId"] for item in found or [] if item["VpcId"] != network.vpc]
    zones = {item["AvailabilityZone"] for item in found or []}
    text = f"{network.vpc}, {len(wanted)} subnets in {', '.join(sorted(zones)) or 'no zone'}"
    if found is None:
        text = f"one of {', '.join(wanted)} does not exist in {connection.settings.region}"
    elif strangers:
        text = f"{', '.join(strangers)} not in {network.vpc}"
    return judge(
        "VPC",
        found is not None and not strangers and len(zones) >= _FEWEST_ZONES,
        text,
        needed=f"subnets of {network.vpc} in {_FEWEST_ZONES} zones",
        fix=f"change network in {_SETTINGS}",
        blocks=True,
    )


def _policy_arn(connection: Connection, name: str) -> str:
    identity = _identity(connection)
    partition = identity["Arn"].split(":")[1]
    return f"arn:{partition}:iam::{identity['Account']}:policy/{name}"


def _identity(connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = connection.client("sts").get_caller_identity()
    return found


def _or_none(ask: Callable[[], Any]) -> Any:
    """The answer; None where AWS says that there is no such thing."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return None
