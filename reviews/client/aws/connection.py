"""The AWS a command talks to.

Where it is follows from the environment: `local` is in the embedded AWS, the others are where the
SDK's own settings (profile, credentials) say. AWS_ENDPOINT_URL comes before both.
"""

import os
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from infra.setting_error import SettingsError
from infra.settings import Settings, settings_for
from reviews.client.aws import embedded, stack_outputs
from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.errors import InvalidArgument

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


class Connection:
    """One environment: its settings, its clients and its stack outputs, made when asked for.

    Threads may share it.
    """

    def __init__(self, name: str) -> None:
        """Raises InvalidArgument for an environment without settings."""
        self.settings = find_settings(name)
        self.name = self.settings.environment
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    @property
    def is_embedded(self) -> bool:
        """Whether it is in the embedded AWS of this project."""
        return self.name == embedded.ENVIRONMENT and not embedded.is_named()

    @property
    def is_on_aws(self) -> bool:
        return not self.is_embedded and not embedded.is_named()

    def client(self, service: str) -> Any:
        """The boto3 client of a service, made once. Raises NotRunning."""
        with self._lock:  # boto3 makes clients one at a time; they may be used by many threads
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def _make_client(self, service: str) -> Any:
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
