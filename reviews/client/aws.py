"""The AWS a command talks to.

Where it is follows from the environment: `local` is in the embedded AWS, the others are where the
SDK's own settings (profile, credentials) say. AWS_ENDPOINT_URL comes before both.
"""

import os
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from infra.setting_error import SettingsError
from infra.settings import Settings, settings_for
from reviews.client import embedded, stack_outputs
from reviews.client.errors import InvalidArgument
from reviews.client.stack_outputs import StackOutputs

# An AWS that cannot be reached is told after half a minute, not after five.
_PATIENCE = Config(connect_timeout=10, retries={"mode": "standard", "max_attempts": 3})
# SageMaker's quotas fill dozens of pages, and Service Quotas throttles who reads them quickly.
_MORE_PATIENCE = {
    "service-quotas": _PATIENCE.merge(Config(retries={"mode": "adaptive", "max_attempts": 10}))
}


def find_settings(environment: str) -> Settings:
    """Raises InvalidArgument, with the names there are, for an environment that has none."""
    try:
        (found,) = settings_for(environment)
    except SettingsError as error:
        raise InvalidArgument(f"--env {environment}: allowed is {error.allowed}") from error
    return found


class Environment:
    """One environment: its settings, its clients and its stack outputs, made when asked for."""

    def __init__(self, name: str) -> None:
        self.settings = find_settings(name)
        self.name = self.settings.environment

    @property
    def is_embedded(self) -> bool:
        """Whether it is in the embedded AWS of this project."""
        return self.name == embedded.ENVIRONMENT and not embedded.is_named()

    @property
    def is_on_aws(self) -> bool:
        return not self.is_embedded and not embedded.is_named()

    def client(self, service: str) -> Any:
        """Raises NotRunning."""
        region, config = self.settings.region, _MORE_PATIENCE.get(service, _PATIENCE)
        if self.is_embedded:
            return embedded.running().client(service, region=region, config=config)
        return boto3.client(service, region_name=region, config=config)

    def variables(self) -> dict[str, str]:
        """The variables of a process that shall talk to the same AWS. Raises NotRunning."""
        if not self.is_embedded:
            return dict(os.environ)
        return embedded.clean_variables() | dict(embedded.running().variables)

    @cached_property
    def outputs(self) -> StackOutputs:
        """Raises NotDeployed when the environment has no Pipeline stack."""
        return stack_outputs.read(self.client("cloudformation"), self.name)
