"""The embedded AWS of this project, where the environment `local` is.

Its folder is .localcloud in the project, or what REVIEWS_DATA_DIR says.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import NotRunning
from localcloud import server
from localcloud.address import Address, client_environment

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_DATA_DIR = PROJECT / server.DEFAULT_DATA_DIR
ENVIRONMENT = "local"
# Of a real account.
_OTHERS = ("AWS_PROFILE", "AWS_SESSION_TOKEN")


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A running server, as the variables that make any AWS client use it."""

    variables: Mapping[str, str]

    @property
    def client_options(self) -> dict[str, Any]:
        """The same for boto3."""
        return {
            "endpoint_url": self.variables["AWS_ENDPOINT_URL"],
            "aws_access_key_id": self.variables["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.variables["AWS_SECRET_ACCESS_KEY"],
        }


def data_dir() -> Path:
    return PROJECT / os.environ.get("REVIEWS_DATA_DIR", DEFAULT_DATA_DIR)


def is_named() -> bool:
    """Whether the SDK's own settings say where AWS is, so that there is nothing to look for."""
    return bool(os.environ.get("AWS_ENDPOINT_URL"))


def clean_variables() -> dict[str, str]:
    """The variables of this process without those of a real account."""
    return {name: value for name, value in os.environ.items() if name not in _OTHERS}


def find() -> Embedded | None:
    """The running server; None if there is none."""
    address = Address.read(data_dir())
    if address is None:
        return None
    return Embedded(variables=client_environment(address, data_dir()))


def running() -> Embedded:
    """Raises NotRunning."""
    found = find()
    if found is None:
        raise NotRunning(
            f"No embedded AWS is running. Start it, and deploy: reviews deploy --env {ENVIRONMENT}"
        )
    return found
