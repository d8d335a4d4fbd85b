"""The endpoint of an environment: created, or updated, by one execution at a time.

The endpoint's tags name the execution that has changed it last. Until that has ended, after its
smoke test, others wait.
"""

from typing import Any

from botocore.exceptions import ClientError

from contract.names import scalable_target
from shared.endpoints import deploying_execution, find_endpoint, tags_of
from shared.errors import limit_error

_CAPTURE = ("EnableCapture", "InitialSamplingPercentage", "DestinationS3Uri", "CaptureOptions")


class EndpointBusy(Exception):
    """The endpoint cannot be updated now, since it is being changed or tested."""


class Endpoint:
    """The clients are those of SageMaker, Application Auto Scaling and Step Functions."""

    def __init__(self, sagemaker: Any, scaling: Any, states: Any, name: str) -> None:
        self._sagemaker, self._scaling, self._states = sagemaker, scaling, states
        self._name = name

    def deploy(self, run: dict[str, Any], config: dict[str, Any], options: dict[str, Any]) -> None:
        """Creates it, or updates it with these options of UpdateEndpoint; it gets the tags of the
        configuration. Raises EndpointBusy while another execution changes or tests it."""
        wanted, found = config["EndpointConfigName"], self._describe()
        if found is None:
            return self._create(config)
        status, current = found["EndpointStatus"], found["EndpointConfigName"]
        if current == wanted and status != "Failed":
            return self._tag(found, config)  # by an earlier attempt, whose response was lost
        if status == "Failed":  # it was never in service, and cannot be updated
            self._sagemaker.delete_endpoint(EndpointName=self._name)
        if status != "InService":
            raise EndpointBusy(f"endpoint {self._name} is {status}")
        self._check_owner(found["EndpointArn"], run["execution"])
        self._update(config, self._prepare_scaling(current, config, options))
        self._tag(found, config)

    def _describe(self) -> dict[str, Any] | None:
        return find_endpoint(self._sagemaker, self._name)

    def _check_owner(self, arn: str, execution: str) -> None:
        """Raises EndpointBusy while another execution, which has changed it last, is running."""
        owner = deploying_execution(self._states, tags_of(self._sagemaker, arn))
        if owner not in ("", execution):
            raise EndpointBusy(f"endpoint {self._name} is being tested by {owner}")

    def _prepare_scaling(
        self, current: str, config: dict[str, Any], options: dict[str, Any]
    ) -> dict[str, Any]:
        """The options, which retain the instance count of the scaling only if that retains nothing
        else.

        The API reference names counts and weights as retained, and is not clear about data capture:
        so with a changed capture the instance count is that of the new configuration, too.
        """
        if not options.get("RetainAllVariantProperties"):
            self._deregister_scaling(config)
            return options
        before = self._sagemaker.describe_endpoint_config(EndpointConfigName=current)
        retains = _captured(before) == _captured(config)
        if not (retains and _instance_types(before) == _instance_types(config)):
            self._deregister_scaling(config)
        return {**options, "RetainAllVariantProperties": retains}

    def _deregister_scaling(self, config: dict[str, Any]) -> None:
        """SageMaker refuses another instance type for a variant that scales:
        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html"""
        (variant,) = config["ProductionVariants"]
        try:
            self._scaling.deregister_scalable_target(
                **scalable_target(self._name, variant["VariantName"])
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ObjectNotFoundException":
                raise

    def _create(self, config: dict[str, Any]) -> None:
        name = config["EndpointConfigName"]
        try:
            self._sagemaker.create_endpoint(
                EndpointName=self._name, EndpointConfigName=name, Tags=config["Tags"]
            )
        except ClientError as error:
            self._raise_unless_done(error, config)

    def _update(self, config: dict[str, Any], options: dict[str, Any]) -> None:
        name = config["EndpointConfigName"]
        try:
            self._sagemaker.update_endpoint(
                EndpointName=self._name, EndpointConfigName=name, **options
            )
        except ClientError as error:
            if self._describe() is None:  # stopped a moment ago, as idle: it has to be created
                raise EndpointBusy(f"endpoint {self._name} was deleted meanwhile") from error
            self._raise_unless_done(error, config)

    def _raise_unless_done(self, error: ClientError, config: dict[str, Any]) -> None:
        """Raises, unless the endpoint has the configuration: then the refused call was a retry of
        the SDK after a lost response."""
        found = self._describe()
        if found is None:
            raise error
        if found["EndpointConfigName"] == config["EndpointConfigName"]:
            return
        if error.response["Error"]["Code"] == "ResourceLimitExceeded":
            raise limit_error(error, self._replaced(found, config)) from error
        if found["EndpointStatus"] == "InService":
            raise error
        raise EndpointBusy(f"endpoint {self._name} is changed by another") from error

    def _replaced(self, found: dict[str, Any], config: dict[str, Any]) -> int:
        """The number of present instances of the same type, which remain until the update is done:
        the quota must allow both."""
        before = self._sagemaker.describe_endpoint_config(
            EndpointConfigName=found["EndpointConfigName"]
        )
        if _instance_types(before) != _instance_types(config):
            return 0
        variants = found.get("ProductionVariants", [])
        return sum(variant.get("CurrentInstanceCount", 0) for variant in variants)

    def _tag(self, found: dict[str, Any], config: dict[str, Any]) -> None:
        self._sagemaker.add_tags(ResourceArn=found["EndpointArn"], Tags=config["Tags"])


def _instance_types(config: dict[str, Any]) -> list[str | None]:
    return [variant.get("InstanceType") for variant in config["ProductionVariants"]]


def _captured(config: dict[str, Any]) -> dict[str, Any]:
    """The data capture of a configuration; descriptions may have more fields."""
    found = config.get("DataCaptureConfig", {})
    return {name: found[name] for name in _CAPTURE if name in found}
