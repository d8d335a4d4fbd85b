"""What `reviews doctor` looks at; each check says how to mend what it finds."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from cli import embedded, processes, quotas, samples, stacks, storage
from cli.aws import Environment
from cli.errors import CliError
from cli.quotas import AccountQuota

_PYTHON, _NODE = (3, 11), 18  # of pyproject.toml, and of the CDK's own package.json
_INSTALL = "make install"


class Verdict(StrEnum):
    FINE = "fine"
    MISSING = "missing"
    WARNING = "warning"  # nothing stops a first run, but something later
    UNKNOWN = "unknown"  # could not be looked at, which is no fault yet


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`fix` is the command that mends it, where there is one."""

    check: str
    verdict: Verdict
    found: str
    fix: str = ""


def examine(here: Environment) -> Iterator[Finding]:
    """One finding after the other; those that need an AWS come only if there is one."""
    yield _python()
    yield _node()
    yield _cdk()
    access = _access(here)
    yield access
    if access.verdict is not Verdict.FINE:
        return
    for check, look in _DEPLOYED.items():
        yield _careful(check, look, here)
    if here.is_on_aws:
        yield from _quotas(here)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return _judge("Python", sys.version_info >= _PYTHON, version, "make install PYTHON=python3.12")


def _node() -> Finding:
    found = processes.find("node")
    version = processes.ask([found, "--version"]) if found else ""
    number = re.match(r"v(\d+)", version)
    return _judge("Node.js", bool(number and int(number[1]) >= _NODE), version, _INSTALL)


def _cdk() -> Finding:
    found = processes.find("cdk")
    version = processes.ask([found, "--version"]) if found else ""
    return _judge("CDK command line", bool(version), version, _INSTALL)


def _access(here: Environment) -> Finding:
    """Credentials that AWS takes, or an embedded AWS that runs."""
    check = "Embedded AWS" if here.is_embedded else "Credentials"
    fix = _deploy(here) if here.is_embedded else "aws configure"
    if here.is_embedded and embedded.find() is None:
        return _judge(check, False, "not running", fix)
    try:
        who = here.client("sts").get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError) as error:
        return _judge(check, False, str(error), fix)
    return _judge(check, True, who, fix)


def _bootstrap(here: Environment) -> Finding:
    found = stacks.find(here, stacks.BOOTSTRAP)
    bootstrap = f"npx cdk bootstrap {stacks.account(here)}"
    fix = bootstrap if here.is_on_aws else _deploy(here)
    return _judge("CDK bootstrap", bool(found), found.get("StackStatus", ""), fix)


def _stacks(here: Environment) -> Finding:
    found = {
        name: stacks.find(here, name).get("StackStatus", "") for name in stacks.names(here.name)
    }
    bad = [
        f"{name}: {status or 'not there'}" for name, status in found.items() if not _is_up(status)
    ]
    return _judge("Stacks", not bad, "; ".join(bad or found), _deploy(here))


def _deploy(here: Environment) -> str:
    return f"reviews deploy --env {here.name}"


def _is_up(status: str) -> bool:
    return status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))


def _base_model(here: Environment) -> Finding:
    """One in S3 must be there; a name is for the training job to fetch."""
    name = here.outputs.base_model
    if not name.startswith("s3://"):
        return _judge("Base model", True, f"{name}, which the training job fetches", "")
    bucket, prefix = storage.split_uri(name)
    config = {"Bucket": bucket, "Prefix": f"{prefix.rstrip('/')}/config.json", "MaxKeys": 1}
    is_there = bool(here.client("s3").list_objects_v2(**config).get("Contents"))
    own = name.rstrip("/").endswith(f"/{samples.BASE_MODEL}")
    upload = f"aws s3 cp --recursive MODEL_FOLDER {name}"
    fix = _deploy(here) if own else upload
    return _judge("Base model", is_there, name if is_there else f"nothing in {name}", fix)


def _quotas(here: Environment) -> Iterator[Finding]:
    try:
        found = quotas.look(here.client("service-quotas"), here.settings)
    except (BotoCoreError, ClientError) as error:
        yield Finding(check="Quotas", verdict=Verdict.UNKNOWN, found=str(error))
        return
    for quota in found:
        yield _quota(quota)


def _quota(quota: AccountQuota) -> Finding:
    check, needed = f"Quota: {quota.needed.name}", quota.needed
    if quota.granted is None:
        return Finding(check=check, verdict=Verdict.UNKNOWN, found="not listed")
    found = f"{quota.granted:g} of {needed.least} needed"
    if quota.granted < needed.least:
        return _judge(check, False, found, quota.fix)
    if quota.granted < needed.wanted:
        found = f"{found}; an update of the endpoint needs {needed.wanted}"
        return Finding(check=check, verdict=Verdict.WARNING, found=found, fix=quota.fix)
    return _judge(check, True, found, "")


def _careful(check: str, look: Callable[[Environment], Finding], here: Environment) -> Finding:
    try:
        return look(here)
    except (CliError, BotoCoreError, ClientError) as error:
        return Finding(check=check, verdict=Verdict.UNKNOWN, found=str(error))


def _judge(check: str, is_fine: bool, found: str, fix: str) -> Finding:
    if is_fine:
        return Finding(check=check, verdict=Verdict.FINE, found=found)
    return Finding(check=check, verdict=Verdict.MISSING, found=found or "not there", fix=fix)


_DEPLOYED: dict[str, Callable[[Environment], Finding]] = {
    "CDK bootstrap": _bootstrap,
    "Stacks": _stacks,
    "Base model": _base_model,
}
