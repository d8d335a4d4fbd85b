"""The embedded AWS of this project, which has the environment `local`.

Its folder is .localcloud in the project, or that of the variable REVIEWS_DATA_DIR.
"""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from localcloud import server
from localcloud.core.address import Address, client_environment, without_account
from reviews.client.errors import NotRunning
from reviews.client.shell import reviews_command

PROJECT = Path(__file__).resolve().parents[3]
DEFAULT_DATA_DIR = PROJECT / server.DEFAULT_DATA_DIR
ENVIRONMENT = "local"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A running server: the environment variables that make any AWS client use it."""

    variables: Mapping[str, str]

    def client(self, service: str, *, region: str, config: Config) -> Any:
        """A boto3 client of the server. It uses no profile of a real account, and no proxy."""
        direct = Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
        return _session().client(
            service,
            region_name=region,
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
            config=config.merge(direct),
        )


@cache
def _session() -> boto3.Session:
    """A session that reads no profile: the user's may be wrong, or need a login that has expired.

    The values of a session variable are its name in a profile, its name in the environment, its
    default and a conversion.
    """
    variables = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(botocore_session=BotocoreSession(session_vars=variables))


def in_project(command: str) -> str:
    """A command of the project's folder, for the folder where the user is."""
    return command if Path.cwd() == PROJECT else f"(cd {shlex.quote(str(PROJECT))} && {command})"


def data_dir() -> Path:
    return PROJECT / (os.environ.get("REVIEWS_DATA_DIR") or DEFAULT_DATA_DIR)


def is_endpoint_set() -> bool:
    """Whether AWS_ENDPOINT_URL names an AWS, which takes precedence over the embedded one."""
    return bool(os.environ.get("AWS_ENDPOINT_URL"))


def clean_variables() -> dict[str, str]:
    """The environment variables of this process without those of a real account."""
    return without_account(os.environ)


def find() -> Embedded | None:
    """The running server of the folder; None if there is none."""
    address = Address.read(data_dir())
    if address is None:
        return None
    return Embedded(variables=client_environment(address, data_dir()))


def running() -> Embedded:
    """The running server. Raises NotRunning."""
    found = find()
    if found is None:
        raise NotRunning(
            "No embedded AWS is running. Start it, and deploy: "
            f"{reviews_command('deploy', env=ENVIRONMENT)}"
        )
    return found
