"""One embedded AWS: where it is, what it remembers, what it answers, and the services in it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from localcloud.core.clients import make_client
from localcloud.core.state import Store

ACCOUNT = "000000000000"
REGION = "us-east-1"
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105 - what ministack's own documentation uses
SCRATCH = "scratch"  # temporary files of the server, in its data folder
# Where programs run, in the data folder; what is in them means nothing to a later server.
PROGRAM_FOLDERS = ("processing-jobs", "training-jobs", "transform-jobs", "endpoints", "job-tmp")

# The implementation of one operation: from the request's members to those of the answer, both
# by the names and types of botocore's model. It raises AwsError for what AWS refuses.
Handler = Callable[["Cloud", dict[str, Any]], dict[str, Any]]
Operations = Mapping[tuple[str, str], Handler]  # by botocore's name of the service, and operation


@dataclass(frozen=True)
class Asked:
    """A request that its service's model allows. `access_key` is the caller's."""

    service: str
    operation: str
    request: Mapping[str, Any]
    access_key: str


class Service:
    """What one embedded AWS has once: made when it is first asked for, and gone with it."""

    def __init__(self, cloud: "Cloud") -> None:
        self.cloud = cloud

    def recover(self) -> None:
        """Brings what an earlier server left in line with what is true now.

        Called before the server listens, so nothing may be asked of another AWS service.
        """

    def start(self) -> None:
        """Begins the work that goes on in the background; called after every `recover`."""

    def shutdown(self) -> None:
        """Ends all that is running, while the server still answers."""


Kind = TypeVar("Kind", bound=Service)


def _everybody(_cloud: "Cloud", _asked: Asked) -> None:
    """Allows every request."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """What every operation is given.

    `operations` are those that it answers; `authorise` raises AwsError for a request that its
    caller may not make.
    """

    endpoint_url: str
    data_dir: Path
    store: Store
    account: str = ACCOUNT
    region: str = REGION
    operations: Operations = field(default_factory=dict)
    authorise: Callable[["Cloud", Asked], None] = _everybody
    stopping: threading.Event = field(default_factory=threading.Event)  # set when it shuts down
    _services: dict[type[Service], Service] = field(default_factory=dict, init=False, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    # A service may ask for another one while it is made.
    _making: Any = field(default_factory=threading.RLock, init=False, repr=False)

    def service(self, kind: type[Kind]) -> Kind:
        """The service of this kind, the same one for all who ask."""
        found = self._services.get(kind)
        if found is None:
            with self._making:
                found = self._services.get(kind) or kind(self)
                self._services[kind] = found
        return found  # type: ignore[return-value]  # by its kind

    def client(self, service: str) -> Any:
        """A boto3 client of this embedded AWS, the same one for all who ask."""
        if service not in self._clients:
            self._clients[service] = make_client(
                service,
                endpoint_url=self.endpoint_url,
                region_name=self.region,
                aws_access_key_id=ACCESS_KEY,
                aws_secret_access_key=SECRET_KEY,
            )
        return self._clients[service]
