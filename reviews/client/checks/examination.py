"""The checks of an environment, in their order; each finding names the command that corrects it."""

import shlex
from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

from contract import s3_uri
from reviews.client.aws import base_model, embedded, stacks
from reviews.client.aws.connection import Connection
from reviews.client.checks import aws_checks, cost_tag, data_lake, guards
from reviews.client.checks.findings import Finding, Verdict, judge
from reviews.client.errors import ReviewsError
from reviews.client.shell import reviews_command

Check = Callable[[Connection], Finding]


def examine(connection: Connection) -> Iterator[Finding]:
    """Yields the findings one after the other; the checks in AWS are made only if AWS answers."""
    if connection.is_on_aws:
        yield from aws_checks.images(connection.settings)
    access = (
        _embedded_aws(connection) if connection.is_embedded else aws_checks.credentials(connection)
    )
    yield access
    if access.verdict is not Verdict.FINE:
        return
    if connection.is_on_aws:
        yield from _each(aws_checks.ACCOUNT_AND_REGION, connection)
        yield from _each(data_lake.CHECKS, connection)
    yield from _each(guards.of(connection.settings), connection)
    yield from _each(_DEPLOYED, connection)
    if connection.is_on_aws:
        yield from _each(cost_tag.of(connection.settings), connection)
        yield from aws_checks.quotas(connection)


def _each(checks: dict[str, Check], connection: Connection) -> Iterator[Finding]:
    for name, check in checks.items():
        try:
            yield check(connection)
        except (ReviewsError, BotoCoreError, ClientError) as error:
            yield Finding(check=name, verdict=Verdict.UNKNOWN, found=str(error))


def _embedded_aws(connection: Connection) -> Finding:
    if embedded.find() is None:
        return judge("Embedded AWS", False, "not running", fix=_deploy(connection))
    return judge("Embedded AWS", True, connection.client("sts").get_caller_identity()["Arn"])


def _bootstrap(connection: Connection) -> Finding:
    return aws_checks.bootstrap(connection, fix="" if connection.is_on_aws else _deploy(connection))


def _stacks(connection: Connection) -> Finding:
    """Whether all stacks are up. Before the first deployment there are none, which does not block
    it."""
    found = {
        name: stacks.find(connection, name).get("StackStatus", "")
        for name in stacks.names(connection.settings)
    }
    bad = [
        f"{name}: {status or 'missing'}"
        for name, status in found.items()
        if not stacks.is_up(status)
    ]
    return judge("Stacks", not bad, "; ".join(bad or found), fix=_deploy(connection))


def _deploy(connection: Connection) -> str:
    return reviews_command("deploy", env=connection.name)


def _base_model(connection: Connection) -> Finding:
    """A base model in S3 must exist; one of a model hub is downloaded by the training job."""
    name = connection.outputs.base_model
    if not name.startswith("s3://"):
        return judge("Base model", True, f"{name}, which the training job fetches")
    bucket, prefix = s3_uri.split(name)
    config = {"Bucket": bucket, "Prefix": f"{prefix.rstrip('/')}/config.json", "MaxKeys": 1}
    exists = bool(connection.client("s3").list_objects_v2(**config).get("Contents"))
    upload = f"aws s3 cp --recursive MODEL_FOLDER {shlex.quote(name)}"
    fix = _deploy(connection) if base_model.is_installed_model(name) else upload
    found = name if exists else f"no config.json in {name}"
    return judge("Base model", exists, found, fix=fix)


_DEPLOYED: dict[str, Check] = {
    "CDK bootstrap": _bootstrap,
    "Stacks": _stacks,
    "Base model": _base_model,
}
