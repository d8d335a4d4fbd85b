"""The AWS a command talks to, by the SDK's own settings (profile, region, AWS_ENDPOINT_URL)."""

from functools import cached_property
from typing import Any

import boto3

from cli import stack_outputs
from cli.errors import InvalidArgument
from cli.stack_outputs import StackOutputs
from infra.settings import Settings, SettingsError, settings_for


def find_settings(environment: str) -> Settings:
    """Raises InvalidArgument, with the names there are, for an environment that has none."""
    try:
        (found,) = settings_for(environment)
    except SettingsError as error:
        raise InvalidArgument(f"--env {environment}: allowed is {error.allowed}") from error
    return found


class Environment:
    """One deployed environment: its clients and its stack outputs, made when first asked for."""

    def __init__(self, name: str) -> None:
        self.name = find_settings(name).environment

    def client(self, service: str) -> Any:
        return boto3.client(service)

    @cached_property
    def outputs(self) -> StackOutputs:
        """Raises NotDeployed when the environment has no Pipeline stack."""
        return stack_outputs.read(self.client("cloudformation"), self.name)
