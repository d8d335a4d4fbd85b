"""Stops the endpoint while nobody needs it, and starts it again.

Stopping is deleting: AWS charges for as long as an endpoint exists. Its model and its endpoint
configuration remain, which cost nothing. A deployment in the meantime creates the endpoint anew,
and the record of the stopped one is obsolete then.
"""

from dataclasses import dataclass, replace

from botocore.exceptions import ClientError, WaiterError

from contract import autoscaling
from contract.stopped_endpoint import StoppedEndpoint, own_tags
from reviews.client.aws.connection import Connection
from reviews.client.endpoint.stopped import StoppedEndpointRecord
from reviews.client.errors import (
    EndpointBusy,
    EndpointMissing,
    EndpointStopped,
    EndpointUnavailable,
    InvalidArgument,
)
from reviews.client.shell import reviews_command

_IN_SERVICE, _CREATING, _FAILED = "InService", "Creating", "Failed"
_CHANGING = (_CREATING, "Updating", "SystemUpdating", "RollingBack", "Deleting")
_BY_COMMAND = "by the command `reviews endpoint stop`"
_WAITER = {"Delay": 5, "MaxAttempts": 360}  # half an hour


@dataclass(frozen=True, kw_only=True)
class EndpointDescription:
    """The fields of DescribeEndpoint that are used in this module."""

    arn: str
    status: str
    config: str
    variants: list[str]
    failure_reason: str


class EndpointLifecycle:
    """`stop` and `start` return a sentence that describes the result."""

    def __init__(self, connection: Connection) -> None:
        self._sagemaker = connection.client("sagemaker")
        self._scaling = connection.client("application-autoscaling")
        self._record = StoppedEndpointRecord(connection)
        self._name = connection.outputs.endpoint_name
        self._environment = connection.name

    def stop(self) -> str:
        """Deletes the endpoint and records what `start` needs.

        Raises EndpointMissing, EndpointBusy, or EndpointUnavailable for one that was never in
        service.
        """
        endpoint, recorded = self._describe(), self._record.read()
        if endpoint is None:
            if recorded is None:
                raise self._never_deployed()
            return f"{self._stopped(recorded)}."
        self._check_not_changing(endpoint)
        if endpoint.status == _FAILED:
            raise EndpointUnavailable(f"{self._status_of(endpoint)}: it does not serve.")
        self._write_record(endpoint, recorded)
        self._delete()
        return (
            f"{self._name} is stopped. Start it again with {endpoint.config}: "
            f"{self._start_command()}"
        )

    def missing(self) -> EndpointMissing:
        """The error of an endpoint that does not exist, with the command that creates it:
        EndpointStopped if it was stopped."""
        recorded = self._record.read()
        if recorded is None:
            return self._never_deployed()
        return EndpointStopped(f"{self._stopped(recorded)}. Start it: {self._start_command()}")

    def _write_record(
        self, endpoint: EndpointDescription, recorded: StoppedEndpoint | None
    ) -> None:
        scaling = autoscaling.describe(self._scaling, self._name, endpoint.variants)
        # After a stop that was interrupted, only its record still has the scaling.
        earlier = recorded.scaling if recorded and recorded.config == endpoint.config else []
        self._record.write(
            StoppedEndpoint(
                config=endpoint.config,
                tags=self._tags(endpoint.arn),
                scaling=scaling or earlier,
                reason=_BY_COMMAND,
            )
        )
        autoscaling.deregister(self._scaling, scaling)

    def wake(self) -> None:
        """Starts the endpoint if it is stopped; does nothing while it serves."""
        endpoint = self._describe()
        if endpoint is None or endpoint.status in (_CREATING, _FAILED):
            self.start()

    def start(self, *, config: str = "", wait: bool = True) -> str:
        """Creates the endpoint with the configuration that served, or with `config`.

        Continues a start that was interrupted. Raises EndpointMissing, EndpointBusy,
        EndpointUnavailable, and InvalidArgument when it is not clear which configuration is meant.
        """
        recorded, endpoint = self._record.read(), self._describe()
        wanted = self._with_config(config, recorded) if config else recorded
        if endpoint is None or endpoint.status == _FAILED:
            if wanted is None:
                raise self._unavailable(endpoint) if endpoint else self._never_deployed()
            self._create(wanted, endpoint, config_is_given=bool(config))
        elif wanted is None or endpoint.config != wanted.config:
            return self._in_service_with_another(endpoint, config, is_stale=wanted is not None)
        elif endpoint.status != _CREATING:  # which an earlier start began
            self._check_in_service(endpoint)
            return self._finish(wanted)
        return self._finish(wanted) if wait else self._being_created(wanted)

    def _with_config(self, config: str, recorded: StoppedEndpoint | None) -> StoppedEndpoint:
        if recorded is not None:
            return replace(recorded, config=config)
        tags = self._tags(self._config_arn(config))
        return StoppedEndpoint(config=config, tags=tags, scaling=[], reason=_BY_COMMAND)

    def _create(
        self, wanted: StoppedEndpoint, failed: EndpointDescription | None, *, config_is_given: bool
    ) -> None:
        self._config_arn(wanted.config)
        if config_is_given:
            self._record.write(wanted)  # for a start that continues with it
        else:
            self._check_no_newer_config(wanted)
        if failed is not None:  # it cannot be updated, only created anew
            self._delete()
        self._sagemaker.create_endpoint(
            EndpointName=self._name, EndpointConfigName=wanted.config, Tags=wanted.tags
        )

    def _check_no_newer_config(self, wanted: StoppedEndpoint) -> None:
        """Raises InvalidArgument after a deployment whose endpoint is gone or failed: which of the
        two configurations is wanted is for the user to say."""
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
                f"{self._name} was stopped with {wanted.config}, and {newer[0]} was created since, "
                f"but is not in service. Choose one: --config {wanted.config}, or "
                f"--config {newer[0]}"
            )

    def _in_service_with_another(
        self, endpoint: EndpointDescription, config: str, *, is_stale: bool
    ) -> str:
        self._check_in_service(endpoint)
        if config:
            raise InvalidArgument(f"--config {config}: {self._name} serves {endpoint.config}.")
        if is_stale:
            self._record.delete()
            return (
                f"{self._name} is in service with {endpoint.config}, deployed since it was stopped."
            )
        return f"{self._name} is in service already, with {endpoint.config}."

    def _being_created(self, wanted: StoppedEndpoint) -> str:
        message = f"{self._name} is being created with {wanted.config}."
        if wanted.scaling:
            message += (
                " When it is in service, this command registers its scaling again: "
                f"{self._start_command()}"
            )
        return message

    def _finish(self, wanted: StoppedEndpoint) -> str:
        try:
            self._wait("endpoint_in_service")
        except WaiterError as error:
            endpoint = self._describe()
            status = (
                self._status_of(endpoint) if endpoint else f"{self._name} was deleted meanwhile"
            )
            raise EndpointUnavailable(f"{status}.") from error
        autoscaling.register(self._scaling, wanted.scaling)
        self._record.delete()
        return f"{self._name} is in service with {wanted.config}."

    # -- calls to SageMaker --------------------------------------------------------------------

    def _describe(self) -> EndpointDescription | None:
        try:
            response = self._sagemaker.describe_endpoint(EndpointName=self._name)
        except ClientError as error:
            if not _is_not_found(error):
                raise
            return None
        return EndpointDescription(
            arn=response["EndpointArn"],
            status=response["EndpointStatus"],
            config=response["EndpointConfigName"],
            variants=[variant["VariantName"] for variant in response.get("ProductionVariants", [])],
            failure_reason=response.get("FailureReason", "no reason given"),
        )

    def _config_arn(self, config: str) -> str:
        try:
            response = self._sagemaker.describe_endpoint_config(EndpointConfigName=config)
        except ClientError as error:
            if not _is_not_found(error):
                raise
            raise EndpointMissing(
                f"Endpoint configuration {config} does not exist. Deploy anew, by a run: "
                f"{self._run_command()}"
            ) from error
        return str(response["EndpointConfigArn"])

    def _tags(self, arn: str) -> list[dict[str, str]]:
        pages = self._sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        return own_tags([tag for page in pages for tag in page["Tags"]])

    def _delete(self) -> None:
        self._sagemaker.delete_endpoint(EndpointName=self._name)
        self._wait("endpoint_deleted")

    def _wait(self, waiter: str) -> None:
        self._sagemaker.get_waiter(waiter).wait(EndpointName=self._name, WaiterConfig=_WAITER)

    # -- errors --------------------------------------------------------------------------------

    def _check_not_changing(self, endpoint: EndpointDescription) -> None:
        if endpoint.status in _CHANGING:
            raise EndpointBusy(f"{self._name} is {endpoint.status}: wait until that has ended.")

    def _check_in_service(self, endpoint: EndpointDescription) -> None:
        self._check_not_changing(endpoint)
        if endpoint.status != _IN_SERVICE:
            raise self._unavailable(endpoint)

    def _unavailable(self, endpoint: EndpointDescription) -> EndpointUnavailable:
        return EndpointUnavailable(
            f"{self._status_of(endpoint)}. Deploy anew, by a run: {self._run_command()}"
        )

    def _status_of(self, endpoint: EndpointDescription) -> str:
        return f"{self._name} is {endpoint.status} ({endpoint.failure_reason})"

    def _stopped(self, recorded: StoppedEndpoint) -> str:
        since = f"{recorded.at:%Y-%m-%d %H:%M} UTC"
        return f"{self._name} is stopped since {since}, {recorded.reason}"

    def _never_deployed(self) -> EndpointMissing:
        return EndpointMissing(
            f"The endpoint {self._name} does not exist yet. A run creates it: {self._run_command()}"
        )

    def _start_command(self) -> str:
        return reviews_command("endpoint start", env=self._environment)

    def _run_command(self) -> str:
        return reviews_command("run", "FILE", env=self._environment)


def _is_not_found(error: ClientError) -> bool:
    """SageMaker has no error code of its own for an endpoint that does not exist."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "ValidationException" and str(message).startswith("Could not find")
