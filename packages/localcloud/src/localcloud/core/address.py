"""The address of the server of a data folder, and the environment variables of its clients."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from localcloud.core.cloud import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY
from localcloud.core.loopback import no_proxy


class ServerError(RuntimeError):
    """The server of the embedded AWS could not be started, or is not running."""


@dataclass(frozen=True)
class Address:
    """Where a running server is reached, as <data-dir>/server.json says."""

    endpoint_url: str
    pid: int
    port: int

    @classmethod
    def read(cls, data_dir: Path) -> Self | None:
        """The address of the server of this folder; None if no server is listening."""
        try:
            address = cls(**json.loads(address_file(data_dir).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return address if is_listening(address.port) else None

    def write(self, data_dir: Path) -> None:
        part = address_file(data_dir).with_suffix(".part")
        part.write_text(json.dumps(asdict(self)))
        part.replace(address_file(data_dir))


def address_file(data_dir: Path) -> Path:
    """The file in a data folder that describes its running server."""
    return data_dir / "server.json"


def is_listening(port: int) -> bool:
    """Whether something on the loopback interface accepts connections at this port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def client_environment(address: Address, data_dir: Path) -> dict[str, str]:
    """The environment variables with which any AWS client uses the server of this folder."""
    variables = {
        "AWS_ENDPOINT_URL": address.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Profiles of a real account are not read: a broken one would make clients fail.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # no sync-127.0.0.1
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        # The SageMaker SDK would report its use over the network otherwise.
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str((data_dir / "sagemaker-config.yaml").resolve()),
    }
    return variables | no_proxy(os.environ) | _node_path() | {"PATH": _search_path()}


def without_account(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without its AWS_ variables, which may point to a real account."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def _search_path() -> str:
    """PATH with the commands of this interpreter (node, aws, reviews) and the CDK in front."""
    own = [str(Path(sys.executable).parent), str(Path.cwd() / "node_modules" / ".bin")]
    others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join([*own, *(folder for folder in others if folder not in own)])


def _node_path() -> dict[str, str]:
    """NODE_PATH for CDK's own Lambda functions: Lambda's Node.js runtime includes the AWS SDK."""
    modules = Path.cwd() / "node_modules"
    return {"NODE_PATH": str(modules)} if modules.is_dir() else {}
