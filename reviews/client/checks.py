"""What `reviews doctor` looks at; each check says how to mend what it finds."""

import re
import sys
from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

from reviews.client import aws_checks, embedded, processes, samples, stacks, storage
from reviews.client.aws import Environment
from reviews.client.errors import CliError
from reviews.client.findings import Finding, Verdict, judge

_PYTHON, _NODE = (3, 11), 18  # of pyproject.toml, and of the CDK's own package.json
_INSTALL = "make install"
Check = Callable[[Environment], Finding]


def examine(here: Environment) -> Iterator[Finding]:
    """One finding after the other; those that need an AWS come only if there is one."""
    yield from _installed()
    if here.is_on_aws:
        yield from aws_checks.images(here.settings)
    access = _embedded_aws(here) if here.is_embedded else aws_checks.credentials(here)
    yield access
    if access.verdict is not Verdict.FINE:
        return
    if here.is_on_aws:
        yield from _each(aws_checks.PLACE, here)
    yield from _each(_DEPLOYED, here)
    if here.is_on_aws:
        yield from aws_checks.quotas(here)


def _each(checks: dict[str, Check], here: Environment) -> Iterator[Finding]:
    for check, look in checks.items():
        try:
            yield look(here)
        except (CliError, BotoCoreError, ClientError) as error:
            yield Finding(check=check, verdict=Verdict.UNKNOWN, found=str(error))


def _installed() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    needed = ".".join(map(str, _PYTHON))
    fix = "make install PYTHON=python3.12"
    yield judge("Python", sys.version_info >= _PYTHON, version, needed=needed, fix=fix, blocks=True)
    version = _version("node")
    number = re.match(r"v(\d+)", version)
    is_new = bool(number and int(number[1]) >= _NODE)
    yield judge("Node.js", is_new, version, needed=f"v{_NODE}", fix=_INSTALL, blocks=True)
    version = _version("cdk")
    yield judge("CDK command line", bool(version), version, fix=_INSTALL, blocks=True)


def _version(program: str) -> str:
    """Empty if it is not installed."""
    found = processes.find(program)
    return processes.ask([found, "--version"]) if found else ""


def _embedded_aws(here: Environment) -> Finding:
    if embedded.find() is None:
        return judge("Embedded AWS", False, "not running", fix=_deploy(here))
    return judge("Embedded AWS", True, here.client("sts").get_caller_identity()["Arn"])


def _bootstrap(here: Environment) -> Finding:
    return aws_checks.bootstrap(here, fix="" if here.is_on_aws else _deploy(here))


def _stacks(here: Environment) -> Finding:
    """Before the first deployment there are none, which does not block it."""
    found = {
        name: stacks.find(here, name).get("StackStatus", "") for name in stacks.names(here.name)
    }
    bad = [
        f"{name}: {status or 'not there'}"
        for name, status in found.items()
        if not stacks.is_up(status)
    ]
    return judge("Stacks", not bad, "; ".join(bad or found), fix=_deploy(here))


def _deploy(here: Environment) -> str:
    return f"reviews deploy --env {here.name}"


def _base_model(here: Environment) -> Finding:
    """One in S3 must be there; a name is for the training job to fetch."""
    name = here.outputs.base_model
    if not name.startswith("s3://"):
        return judge("Base model", True, f"{name}, which the training job fetches")
    bucket, prefix = storage.split_uri(name)
    config = {"Bucket": bucket, "Prefix": f"{prefix.rstrip('/')}/config.json", "MaxKeys": 1}
    is_there = bool(here.client("s3").list_objects_v2(**config).get("Contents"))
    own = name.rstrip("/").endswith(f"/{samples.BASE_MODEL}")
    upload = f"aws s3 cp --recursive MODEL_FOLDER {name}"
    fix = _deploy(here) if own else upload
    return judge("Base model", is_there, name if is_there else f"nothing in {name}", fix=fix)


_DEPLOYED: dict[str, Check] = {
    "CDK bootstrap": _bootstrap,
    "Stacks": _stacks,
    "Base model": _base_model,
}
