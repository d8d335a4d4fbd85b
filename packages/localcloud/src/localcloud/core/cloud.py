"""One region of the embedded AWS: its address, its records, its operations and its services."""

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
# Folders of programs, in the data folder. A later server removes them.
PROGRAM_FOLDERS = (
    "processing-jobs",
    "training-jobs",
    "transform-jobs",
    "endpoints",
    "job-tmp",
    "warm-pools",
)

# The implementation of one operation. It takes the request's members and returns the response's,
# with the names and types of botocore's model, and raises AwsError for what AWS refuses.
Handler = Callable[["Cloud", dict[str, Any]], dict[str, Any]]
Operations = Mapping[
    tuple[str, str], Handler
]  # key: botocore's name of the service, and the operation's name


@dataclass(frozen=True)
class ApiCall:
    """A call of an operation, valid by botocore's model. `access_key` is the caller's."""

    service: str
    operation: str
    request: Mapping[str, Any]
    access_key: str


class Service:
    """A part of the embedded AWS that exists once for each region, made on first use."""

    def __init__(self, cloud: "Cloud") -> None:
        self.cloud = cloud

    def recover(self) -> None:
        """Corrects the records of an earlier server, whose jobs and endpoints no longer run.

        Called before the server listens, so no other AWS service can be called yet.
        """

    def start(self) -> None:
        """Starts background work; called when every service has recovered."""

    def shutdown(self) -> None:
        """Ends threads and processes. The server still answers requests meanwhile."""


class GlobalService(Service):
    """A service that all regions share. It belongs to the Cloud of the home region."""


Kind = TypeVar("Kind", bound=Service)


def _allow_everything(_cloud: "Cloud", _asked: ApiCall) -> None:
    """Allows every request."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """One region of an account: the first argument of every operation.

    endpoint_url: where clients reach it. data_dir: its files. store: its records.
    operations: the implementations by service and operation. authorize: raises AwsError where the
    caller lacks a permission. stopping: set as soon as the embedded AWS begins to shut down.
    home: the Cloud of the home region, or None for that one itself.
    """

    endpoint_url: str
    data_dir: Path
    store: Store
    account: str = ACCOUNT
    region: str = REGION
    operations: Operations = field(default_factory=dict)
    authorize: Callable[["Cloud", ApiCall], None] = _allow_everything
    stopping: threading.Event = field(default_factory=threading.Event)
    home: "Cloud | None" = None
    _services: dict[type[Service], Service] = field(default_factory=dict, init=False, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    # Reentrant: the constructor of one service may ask for another service.
    _making: Any = field(default_factory=threading.RLock, init=False, repr=False)

    def service(self, kind: type[Kind]) -> Kind:
        """The service of this class, the same object for every caller."""
        if self.home is not None and issubclass(kind, GlobalService):
            return self.home.service(kind)
        found = self._services.get(kind)
        if found is None:
            with self._making:
                found = self._services.get(kind) or kind(self)
                self._services[kind] = found
        return found  # type: ignore[return-value]  # by its kind

    def client(self, service: str) -> Any:
        """A boto3 client of this embedded AWS, with the credentials of the account's root."""
        if service not in self._clients:
            self._clients[service] = make_client(
                service,
                endpoint_url=self.endpoint_url,
                region_name=self.region,
                aws_access_key_id=ACCESS_KEY,
                aws_secret_access_key=SECRET_KEY,
            )
        return self._clients[service]
