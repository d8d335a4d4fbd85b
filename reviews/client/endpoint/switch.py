"""Stops the endpoint while nobody needs it, and starts it again.

Stopping is deleting: AWS takes money for as long as an endpoint exists. Its model and its
configuration stay, which cost nothing. A deployment in the meantime makes the endpoint anew, and
what was kept of the one before is then worth nothing.
"""

from dataclasses import dataclass, replace

from botocore.exceptions import ClientError, WaiterError

from reviews.client.aws.connection import Connection
from reviews.client.endpoint import autoscaling
from reviews.client.endpoint.stopped import Memory, Stopped
from reviews.client.errors import (
    EndpointBusy,
    EndpointMissing,
    EndpointUnavailable,
    InvalidArgument,
)

_IN_SERVICE, _CREATING, _FAILED = "InService", "Creating", "Failed"
_MOVING = (_CREATING, "Updating", "SystemUpdating", "RollingBack", "Deleting")
_WAITING = {"Delay": 5, "MaxAttempts": 360}  # half an hour


@dataclass(frozen=True, kw_only=True)
class Look:
    """DescribeEndpoint, as far as it matters here."""

    arn: str
    status: str
    config: str
    variants: list[str]
    reason: str


class EndpointSwitch:
    """`stop` and `start` return a sentence about what has come of it."""

    def __init__(self, connection: Connection) -> None:
        self._sagemaker = connection.client("sagemaker")
        self._scaling = connection.client("application-autoscaling")
        self._memory = Memory(connection)
        self._name = connection.outputs.endpoint_name
        self._options = f"--env {connection.name}"

    def stop(self) -> str:
        """Raises EndpointMissing, EndpointBusy, or EndpointUnavailable for one that never was in
        service."""
        found, before = self._look(), self._memory.read()
        if found is None:
            if before is None:
                raise self._never_deployed()
            return f"{self._name} is stopped already, since {before.at:%Y-%m-%d %H:%M} UTC."
        self._check_rests(found)
        if found.status == _FAILED:
            raise EndpointUnavailable(f"{self._described(found)}: it does not serve.")
        self._keep(found, before)
        self._delete()
        again = f"reviews endpoint start {self._options}"
        return f"{self._name} is stopped. Start it again with {found.config}: {again}"

    def missing(self) -> EndpointMissing:
        """The error of an endpoint that does not exist, with the command that makes it."""
        if self._memory.read() is None:
            return self._never_deployed()
        start = f"reviews endpoint start {self._options}"
        return EndpointMissing(f"{self._name} is stopped. Start it: {start}")

    def _keep(self, found: Look, before: Stopped | None) -> None:
        scaling = autoscaling.describe(self._scaling, self._name, found.variants)
        # Was a stop interrupted, then only its memory still knows the scaling.
        known = before.scaling if before and before.config == found.config else []
        self._memory.write(
            Stopped(config=found.config, tags=self._tags(found.arn), scaling=scaling or known)
        )
        autoscaling.deregister(self._scaling, scaling)

    def start(self, *, config: str = "", wait: bool = True) -> str:
        """With the configuration that served, or with `config`. Goes on where a start before it
        was interrupted.

        Raises EndpointMissing, EndpointBusy, EndpointUnavailable, and InvalidArgument when it is
        not clear which configuration is meant.
        """
        kept, found = self._memory.read(), self._look()
        wanted = self._chosen(config, kept) if config else kept
        if found is None or found.status == _FAILED:
            if wanted is None:
                raise self._unfit(found) if found else self._never_deployed()
            self._create(wanted, found, chosen=bool(config))
        elif wanted is None or found.config != wanted.config:
            return self._serves_another(found, config, is_stale=wanted is not None)
        elif found.status != _CREATING:  # which an earlier start began
            self._check_serves(found)
            return self._finish(wanted)
        return self._finish(wanted) if wait else self._being_created(wanted)

    def _chosen(self, config: str, kept: Stopped | None) -> Stopped:
        if kept is not None:
            return replace(kept, config=config)
        return Stopped(config=config, tags=self._tags(self._config_arn(config)), scaling=[])

    def _create(self, wanted: Stopped, failed: Look | None, *, chosen: bool) -> None:
        self._config_arn(wanted.config)
        if chosen:
            self._memory.write(wanted)  # for a start that goes on with it
        else:
            self._check_none_is_newer(wanted)
        if failed is not None:  # it cannot be changed, only made anew
            self._delete()
        self._sagemaker.create_endpoint(
            EndpointName=self._name, EndpointConfigName=wanted.config, Tags=wanted.tags
        )

    def _check_none_is_newer(self, wanted: Stopped) -> None:
        """A deployment has happened, but what became of its endpoint is not known."""
        pages = self._sagemaker.get_paginator("list_endpoint_configs").paginate(
            NameContains=f"{self._name}-",
            CreationTimeAfter=wanted.at,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        names = [item["EndpointConfigName"] for page in pages for item in page["EndpointConfigs"]]
        newer = [name for name in names if name.startswith(f"{self._name}-")]
        if newer:
            raise InvalidArgument(
                f"{self._name} was stopped with {wanted.config}, and {newer[0]} was made since, "
                f"but does not serve. Say which: --config {wanted.config}, or --config {newer[0]}"
            )

    def _serves_another(self, found: Look, config: str, *, is_stale: bool) -> str:
        self._check_serves(found)
        if config:
            raise InvalidArgument(f"--config {config}: {self._name} serves {found.config}.")
        if is_stale:
            self._memory.forget()
            return f"{self._name} is in service with {found.config}, deployed since it was stopped."
        return f"{self._name} is in service already, with {found.config}."

    def _being_created(self, wanted: Stopped) -> str:
        said = f"{self._name} is being created with {wanted.config}."
        if wanted.scaling:
            again = f"reviews endpoint start {self._options}"
            said += f" When it is in service, this brings its scaling back: {again}"
        return said

    def _finish(self, wanted: Stopped) -> str:
        try:
            self._wait("endpoint_in_service")
        except WaiterError as error:
            found = self._look()
            what = self._described(found) if found else f"{self._name} was deleted meanwhile"
            raise EndpointUnavailable(f"{what}.") from error
        autoscaling.register(self._scaling, wanted.scaling)
        self._memory.forget()
        return f"{self._name} is in service with {wanted.config}."

    # -- looking and waiting -------------------------------------------------------------------

    def _look(self) -> Look | None:
        try:
            found = self._sagemaker.describe_endpoint(EndpointName=self._name)
        except ClientError as error:
            if not _says_there_is_none(error):
                raise
            return None
        return Look(
            arn=found["EndpointArn"],
            status=found["EndpointStatus"],
            config=found["EndpointConfigName"],
            variants=[variant["VariantName"] for variant in found.get("ProductionVariants", [])],
            reason=found.get("FailureReason", "no reason given"),
        )

    def _config_arn(self, config: str) -> str:
        try:
            found = self._sagemaker.describe_endpoint_config(EndpointConfigName=config)
        except ClientError as error:
            if not _says_there_is_none(error):
                raise
            raise EndpointMissing(
                f"Endpoint configuration {config} is not there. Deploy anew: {self._run()}"
            ) from error
        return str(found["EndpointConfigArn"])

    def _tags(self, arn: str) -> list[dict[str, str]]:
        pages = self._sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        tags = [tag for page in pages for tag in page["Tags"]]
        return [tag for tag in tags if not tag["Key"].startswith("aws:")]  # AWS's own

    def _delete(self) -> None:
        self._sagemaker.delete_endpoint(EndpointName=self._name)
        self._wait("endpoint_deleted")

    def _wait(self, event: str) -> None:
        self._sagemaker.get_waiter(event).wait(EndpointName=self._name, WaiterConfig=_WAITING)

    # -- what is wrong -------------------------------------------------------------------------

    def _check_rests(self, found: Look) -> None:
        if found.status in _MOVING:
            raise EndpointBusy(f"{self._name} is {found.status}: wait until it has come to rest.")

    def _check_serves(self, found: Look) -> None:
        self._check_rests(found)
        if found.status != _IN_SERVICE:
            raise self._unfit(found)

    def _unfit(self, found: Look) -> EndpointUnavailable:
        return EndpointUnavailable(f"{self._described(found)}. Deploy anew: {self._run()}")

    def _described(self, found: Look) -> str:
        return f"{self._name} is {found.status} ({found.reason})"

    def _never_deployed(self) -> EndpointMissing:
        return EndpointMissing(f"{self._name} was never deployed. Deploy it: {self._run()}")

    def _run(self) -> str:
        return f"reviews run CSV {self._options}"


def _says_there_is_none(error: ClientError) -> bool:
    """SageMaker has no code of its own for what does not exist."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "ValidationException" and str(message).startswith("Could not find")
