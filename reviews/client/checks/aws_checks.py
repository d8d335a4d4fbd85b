"""Checks of an AWS account: what it needs before an environment is deployed and run there."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.images import PATCHED, RENEWAL, Image, jobs_by_image
from infra.settings import Settings
from reviews.client.aws import stacks
from reviews.client.aws.connection import Connection
from reviews.client.aws.embedded import in_project
from reviews.client.aws.stack_outputs import outputs_of
from reviews.client.checks import quotas as account_quotas
from reviews.client.checks.findings import Finding, Verdict, judge
from reviews.client.checks.quotas import AccountQuota

_SETTINGS = "infra/settings/environments.py"
# requiresBootstrapStackVersion of the CDK's cloud assemblies.
BOOTSTRAP_VERSION = 6
_SOON = timedelta(days=90)


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def credentials(connection: Connection) -> Finding:
    """Whether AWS accepts the credentials in the region of the settings."""
    needed = f"credentials that {connection.settings.region} accepts"
    try:
        found = connection.client("sts").get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError) as error:
        fix = "aws configure, or export AWS_PROFILE"
        return judge("Credentials", False, str(error), needed=needed, fix=fix, blocks=True)
    return judge("Credentials", True, found)


def account(connection: Connection) -> Finding:
    """Whether the credentials are of the account that the settings name, if they name one."""
    found = connection.client("sts").get_caller_identity()["Account"]
    wanted = connection.settings.account
    if not wanted:
        return judge("Account", True, f"{found}; the settings name none")
    fix = f"export AWS_PROFILE to one of {wanted}, or change account in {_SETTINGS}"
    return judge("Account", found == wanted, found, needed=wanted, fix=fix, blocks=True)


def region(connection: Connection) -> Finding:
    """Whether the shell's region is that of the settings, to which everything is deployed.

    Once the environment is deployed, a different one is only a warning.
    """
    # boto3 reads AWS_DEFAULT_REGION and the profile; for other clients AWS_REGION precedes both.
    found = os.environ.get("AWS_REGION") or boto3.Session().region_name
    wanted = connection.settings.region
    if not found:
        return judge("Region", True, f"{wanted}; the shell has none")
    pipeline = stacks.names(connection.settings)[-1]
    if found != wanted and stacks.find(connection, pipeline):
        text = f"the shell has {found}, and {pipeline} is in {wanted}"
        return Finding(check="Region", verdict=Verdict.WARNING, found=text)
    fix = f"export AWS_REGION={wanted} AWS_DEFAULT_REGION={wanted}, or change region in {_SETTINGS}"
    return judge(
        "Region",
        found == wanted,
        found if found == wanted else f"the shell has {found}",
        needed=f"{wanted} of the settings",
        fix=fix,
        blocks=True,
    )


def bootstrap(connection: Connection, *, fix: str = "") -> Finding:
    """The command has an empty app: with that of cdk.json the CDK would first synthesise every
    environment, with whatever `python3` is in the shell (defineEnvironments of aws-cdk 2.1148)."""
    found = stacks.find(connection, stacks.BOOTSTRAP)
    status = found.get("StackStatus", "")
    version = _bootstrap_version(found)
    return judge(
        "CDK bootstrap",
        stacks.is_up(status) and (version is None or version >= BOOTSTRAP_VERSION),
        status if version is None else f"{status}, version {version}",
        needed=f"stack {stacks.BOOTSTRAP} of version {BOOTSTRAP_VERSION} or newer",
        fix=fix or in_project(f"npx cdk bootstrap {stacks.account(connection)} --app ''"),
        blocks=True,
    )


def _bootstrap_version(stack: dict[str, Any]) -> int | None:
    """The version of the bootstrap stack; None where it has no output BootstrapVersion."""
    version = outputs_of(stack).get("BootstrapVersion", "")
    return int(version) if version.isdigit() else None


ACCOUNT_AND_REGION: dict[str, Callable[[Connection], Finding]] = {
    "Account": account,
    "Region": region,
}


def images(settings: Settings) -> Iterator[Finding]:
    """A finding for each image of the environment, which names the jobs that use it."""
    for image, names in jobs_by_image(settings.every_image()).items():
        yield _image(image, f"Image for {', '.join(names)}")


def _image(image: Image, check: str) -> Finding:
    name = image.uri.rpartition("/")[2]
    if image.end_of_patches is None:
        return judge(check, True, f"{name}, no end of patches known")
    found = f"{name}, AWS patches it until {image.end_of_patches}"
    left = image.end_of_patches - today()
    if timedelta(0) <= left <= _SOON:
        text = f"{found}, {left.days} days more"
        return Finding(check=check, verdict=Verdict.WARNING, found=text, fix=RENEWAL)
    return judge(check, left > _SOON, found, needed=PATCHED, fix=RENEWAL, blocks=True)


def quotas(connection: Connection) -> Iterator[Finding]:
    """A finding for each quota; one that is unknown where the quotas cannot be read."""
    try:
        found = account_quotas.look(connection.client("service-quotas"), connection.settings)
    except (BotoCoreError, ClientError) as error:
        yield Finding(check="Quotas", verdict=Verdict.UNKNOWN, found=str(error))
        return
    for quota in found:
        yield _quota(quota, connection.settings.region)


def _quota(quota: AccountQuota, region: str) -> Finding:
    check, needed = f"Quota: {quota.needed.name}", quota.needed
    if quota.granted is None:
        text = f"AWS lists none of this name in {region}"
        return Finding(check=check, verdict=Verdict.UNKNOWN, found=text)
    found = f"{quota.granted:g}"
    if needed.least <= quota.granted < needed.wanted:
        later = f"{needed.wanted} for {needed.later}"
        return Finding(
            check=check, verdict=Verdict.WARNING, found=found, needed=later, fix=quota.fix
        )
    least = str(needed.least)
    return judge(
        check, quota.granted >= needed.wanted, found, needed=least, fix=quota.fix, blocks=True
    )
