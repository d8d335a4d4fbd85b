"""The other environment of a promotion, looked at before an execution is started.

Prepare looks at all of it with the role of the other environment. This machine can look only where
both are in one account; the errors come at once there.
"""

from typing import Any

from infra.settings import Peer, Settings
from reviews.client.aws.connection import Connection
from reviews.client.errors import InvalidArgument
from reviews.client.promotion import versions
from reviews.client.promotion.versions import ModelVersion
from reviews.client.runs import execution

_SUCCEEDED = "SUCCEEDED"


def check(target: Settings, source: str) -> Peer:
    """Raises InvalidArgument for an environment that is no source of the target."""
    found = target.promotion.source(source)
    if found is None:
        known = ", ".join(map(str, target.promotion.sources)) or "none"
        raise InvalidArgument(
            f"--from {source} --to {target.environment}: {target.environment} takes models of "
            f"{known}; PROMOTIONS in infra/settings/environments.py has the pairs"
        )
    return found


def is_readable(target: Settings, source: Settings) -> bool:
    """Whether one account has both, so that the credentials for the target are those for the
    source."""
    return target.account == source.account


def reference(what: str) -> dict[str, Any]:
    """The field of an execution's input for a version's number, or for the name of a run."""
    if what.isdecimal():
        return {"from_version": int(what)}
    return {"from_run": what}


def find(source: Connection, what: str) -> ModelVersion:
    """The approved version of this number, or of the run of this name. Raises InvalidArgument."""
    sagemaker, group = source.client("sagemaker"), source.settings.name
    if what.isdecimal():
        version = versions.numbered(sagemaker, group, int(what))
    else:
        version = _of_run(source, what)
    if not version.is_approved:
        raise InvalidArgument(
            f"{group} version {version.number} is {version.status}: only an approved version is "
            "promoted"
        )
    return version


def _of_run(source: Connection, name: str) -> ModelVersion:
    """Raises InvalidArgument for a run that has not succeeded: its model never served there."""
    machine = source.outputs.state_machine_arn
    run = execution.find(source.client("stepfunctions"), machine, name, env=source.name)
    if run.status != _SUCCEEDED:
        raise InvalidArgument(
            f"{name} is {run.status}: a run is promoted when it has succeeded, and an approved "
            "version also by its number"
        )
    number = run.output["model_package"]["version"]
    return versions.numbered(source.client("sagemaker"), source.settings.name, number)
