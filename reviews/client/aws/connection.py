"""The connection to the AWS of an environment.

`local` is in the embedded AWS; the others are on AWS, by the SDK's own settings (profile,
credentials). AWS_ENDPOINT_URL takes precedence over both.
"""

import os
import shlex
import sys
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from infra.setting_error import SettingsError
from infra.settings import ENVIRONMENTS, Settings, settings_for
from reviews.client.aws import embedded, stack_outputs
from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.errors import InvalidArgument, WrongAccount

# An AWS that cannot be reached is an error after half a minute, not after five.
_PATIENCE = Config(connect_timeout=10, retries={"mode": "standard", "max_attempts": 3})
# SageMaker's quotas and its prices are dozens of pages, and AWS throttles who reads them quickly.
_MORE_PATIENCE = {
    service: _PATIENCE.merge(Config(retries={"mode": "adaptive", "max_attempts": 10}))
    for service in ("service-quotas", "pricing")
}


def find_settings(environment: str) -> Settings:
    """The settings of an environment. Raises InvalidArgument, with the allowed names, and where
    a setting of any environment cannot be."""
    try:
        (found,) = settings_for(environment)
    except SettingsError as error:
        is_unknown = environment not in ENVIRONMENTS
        text = f"--env {environment}: allowed is {error.allowed}" if is_unknown else str(error)
        raise InvalidArgument(text) from error
    return found


class Connection:
    """One environment: its settings, its boto3 clients and its stack outputs, each created on first
    use. Threads may share it.
    """

    def __init__(self, name: str) -> None:
        """Raises InvalidArgument for an environment without settings."""
        self.settings = find_settings(name)
        self.name = self.settings.environment
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    @property
    def is_embedded(self) -> bool:
        """Whether it is in the embedded AWS of this project."""
        return self.name == embedded.ENVIRONMENT and not embedded.is_endpoint_set()

    @property
    def is_on_aws(self) -> bool:
        return not self.is_embedded and not embedded.is_endpoint_set()

    def check_account(self) -> None:
        """Raises WrongAccount for credentials of another account than that of the settings."""
        wanted = self.settings.account
        if wanted and self.is_on_aws and self._account != wanted:
            raise WrongAccount(
                f"{self.settings.name} belongs to the account {wanted}, and these credentials are "
                f"of {self._account}: export AWS_PROFILE to one of {wanted}"
            )

    @cached_property
    def _account(self) -> str:
        client = boto3.client("sts", region_name=self.settings.region, config=_PATIENCE)
        return str(client.get_caller_identity()["Account"])

    def client(self, service: str) -> Any:
        """The boto3 client of a service, created once. Raises NotRunning, and WrongAccount."""
        return self.client_in(service, self.settings.region)

    def client_in(self, service: str, region: str) -> Any:
        """A client of a service in a region, such as us-east-1 for prices."""
        # Clients are thread-safe, but creating them is not:
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make_client(service, region)
            return self._clients[service, region]

    def _make_client(self, service: str, region: str) -> Any:
        config = _MORE_PATIENCE.get(service, _PATIENCE)
        if self.is_embedded:
            return embedded.running().client(service, region=region, config=config)
        if service != "sts":  # which says whose credentials they are
            self.check_account()
        return boto3.client(service, region_name=region, config=config)

    def variables(self) -> dict[str, str]:
        """The environment variables of a process that is to use the same AWS. Raises NotRunning."""
        if not self.is_embedded:
            return dict(os.environ)
        return embedded.clean_variables() | dict(embedded.running().variables)

    def aws_command(self, *words: str) -> str:
        """A command line of `aws` that asks the AWS of this environment, as a shell reads it."""
        if not self.is_embedded:
            return shlex.join(["aws", *words, "--region", self.settings.region])
        exec_ = [sys.executable, "-m", "localcloud", "exec", f"--data-dir={embedded.data_dir()}"]
        return shlex.join([*exec_, "--", "aws", *words])

    @cached_property
    def outputs(self) -> StackOutputs:
        """Raises NotDeployed when the environment has no Pipeline stack."""
        return stack_outputs.read(self.client("cloudformation"), self.settings)
