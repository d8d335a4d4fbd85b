"""The fleet of instances of one endpoint configuration, and the choice of one for a request.

Not emulated: instance types, memory and cold starts of serverless variants, shadow variants.
"""

import itertools
import logging
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.core.records import Record
from localcloud.core.s3 import TransferError
from localcloud.faults.capacity import ADVICE, NO_CAPACITY, lacks_capacity
from localcloud.hosting import endpoint_record
from localcloud.hosting.capture import Capture
from localcloud.hosting.deployment import ASYNCHRONOUS
from localcloud.hosting.model_server import ModelServer
from localcloud.hosting.server_process import INVOCATION_SECONDS, InstanceSpec, StartError

_STARTUP_SECONDS = 600  # unless ContainerStartupHealthCheckTimeoutInSeconds says otherwise
_WATCH_SECONDS = 1
_CLOSED = "The endpoint was closed while its instances were starting."
_CALLS = {"Creating": "CreateEndpoint", "Updating": "UpdateEndpoint"}  # by an endpoint's status
_LOGGER = logging.getLogger(__name__)


class Variant:
    """One production variant: its instances take turns."""

    def __init__(
        self, cloud: Cloud, endpoint: str, description: Record, model: Record, deployed: Record
    ) -> None:
        self._cloud, self._endpoint, self._model = cloud, endpoint, model
        self.name: str = description["VariantName"]
        self.serverless: Record = description.get("ServerlessConfig", {})
        self.weight = self.desired_weight = description["InitialVariantWeight"]
        self.desired_count = description.get("InitialInstanceCount", 1)
        self.startup_seconds: float = description.get(
            "ContainerStartupHealthCheckTimeoutInSeconds", _STARTUP_SECONDS
        )
        self.servers: list[ModelServer] = []
        self.servers = self.missing_servers()
        self.active = len(self.servers)  # so many take requests: fewer while it is a canary
        self.capture = self._start_capture(deployed.get("DataCaptureConfig", {}))
        self.asynchronous: Record | None = deployed.get(ASYNCHRONOUS)
        self._turns = itertools.count()
        self._busy: Counter[ModelServer] = Counter()
        self._changed = threading.Condition()
        self._is_open = True

    def _start_capture(self, config: Record) -> Capture | None:
        if not config.get("EnableCapture", bool(config)):
            return None
        return Capture(self._cloud, self._endpoint, self.name, self.role_arn, config)

    @property
    def role_arn(self) -> str:
        """The execution role of its model."""
        arn: str = self._model["ExecutionRoleArn"]
        return arn

    def check_capacity(self) -> None:
        """Raises StartError while a fault takes the machines of the endpoint away."""
        record = self._cloud.store.get(endpoint_record.KIND, self._endpoint)
        operation = _CALLS.get(record["EndpointStatus"]) if record else None
        if record and operation and lacks_capacity(self._cloud, operation, record):
            reason = "due to InsufficientInstanceCapacity error"
            raise StartError(f"{NO_CAPACITY} {reason}. {ADVICE}")

    @property
    def instance_count(self) -> int:
        """0 for a serverless variant, which has no instances of the customer's."""
        return 0 if self.serverless else len(self.servers)

    def missing_servers(self) -> list[ModelServer]:
        """New ones, not yet started, up to the desired count."""
        return [
            ModelServer(
                self._cloud,
                InstanceSpec.in_endpoint(self._cloud, self._endpoint, self.name),
                self._model,
            )
            for _ in range(self.desired_count - len(self.servers))
        ]

    def desire(self, change: Record) -> None:
        self.desired_count = change.get("DesiredInstanceCount", self.desired_count)
        self.desired_weight = change.get("DesiredWeight", self.desired_weight)

    def settle(self) -> None:
        """Takes the present count and weight as the desired ones, after a change has failed."""
        self.desired_count, self.desired_weight = len(self.servers), self.weight

    def adopt(self, servers: Sequence[ModelServer]) -> list[ModelServer]:
        """Applies the desired count and weight; returns the servers that take no more requests."""
        with self._changed:
            both = [*self.servers, *servers]
            self.servers, leaving = both[: self.desired_count], both[self.desired_count :]
            self.active, self.weight = len(self.servers), self.desired_weight
        return leaving

    def dismiss(self, servers: Sequence[ModelServer]) -> None:
        """Ends the servers when the requests that they are answering have ended."""
        with self._changed:
            self._changed.wait_for(
                lambda: not any(self._busy[server] for server in servers), INVOCATION_SECONDS
            )
        for server in servers:
            server.close()

    @contextmanager
    def request(self) -> Iterator[ModelServer | None]:
        """Holds the instance whose turn it is; None when the variant is closed."""
        server = self._begin()
        try:
            yield server
        finally:
            if server:
                with self._changed:
                    self._busy[server] -= 1
                    self._changed.notify_all()

    def _begin(self) -> ModelServer | None:
        with self._changed:
            if not self._is_open:
                return None
            limit = self.serverless.get("MaxConcurrency", math.inf)
            if self._busy.total() >= limit:
                raise AwsError("ThrottlingException", "Rate exceeded", 400)
            server = self.servers[next(self._turns) % self.active]
            self._busy[server] += 1
            return server

    def close(self, drain_seconds: float) -> None:
        """Refuses new requests, and waits for those under way (for at most `drain_seconds`)."""
        with self._changed:
            self._is_open = False
            self._changed.wait_for(lambda: not self._busy.total(), drain_seconds)

    def description(self) -> Record:
        """The variant in DescribeEndpoint's ProductionVariants."""
        description = {
            "VariantName": self.name,
            "DeployedImages": [
                {"SpecifiedImage": image, "ResolvedImage": image}
                for image in self.servers[0].images
            ],
            "CurrentWeight": self.weight,
            "DesiredWeight": self.desired_weight,
        }
        if self.serverless:
            return description | {
                "CurrentInstanceCount": 0,
                "CurrentServerlessConfig": self.serverless,
            }
        return description | {
            "CurrentInstanceCount": sum(server.alive for server in self.servers),
            "DesiredInstanceCount": self.desired_count,
        }


class Fleet:
    """All variants of what an endpoint runs. Restarts a container that ends."""

    def __init__(
        self, cloud: Cloud, endpoint: str, deployed: Record, models: Mapping[str, Record]
    ) -> None:
        self.config_name: str = deployed["EndpointConfigName"]
        self.stage = "Creating"  # of the deployment, as in VariantStatus
        self.since = self.created = time.time()
        self._closed = threading.Event()
        self._restarts = threading.Lock()  # no restart while instances come and go
        self.asynchronous: Record | None = deployed.get(ASYNCHRONOUS)
        self.variants = [
            Variant(cloud, endpoint, description, models[description["ModelName"]], deployed)
            for description in deployed["ProductionVariants"]
        ]

    @property
    def _servers(self) -> list[ModelServer]:
        return [server for variant in self.variants for server in variant.servers]

    @property
    def instance_count(self) -> int:
        return len(self._servers)

    def start(self) -> None:
        """Returns when every instance is healthy; otherwise raises StartError, leaving nothing."""
        try:
            self._start({variant: variant.servers for variant in self.variants})
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="endpoint-watch", daemon=True).start()

    def _start(self, wanted: Mapping[Variant, Sequence[ModelServer]]) -> None:
        try:
            for variant, servers in wanted.items():
                for server in servers:
                    if self._closed.is_set():
                        raise StartError(_CLOSED)
                    variant.check_capacity()
                    server.prepare()
                    server.start()
            for variant, servers in wanted.items():
                for server in servers:
                    server.wait_healthy(variant.startup_seconds, self._closed)
        except TransferError as error:
            raise StartError(f"Failed to download model data: {error}") from error

    def resize(self, changes: Sequence[Record]) -> None:
        """Changes counts and weights; raises StartError and leaves all as it was."""
        wanted = {change["VariantName"]: change for change in changes}
        variants = [variant for variant in self.variants if variant.name in wanted]
        for variant in variants:
            variant.desire(wanted[variant.name])
        added = {variant: variant.missing_servers() for variant in variants}
        try:
            self._start(added)
            leaving = self._adopt(added)
        except BaseException:
            for variant, servers in added.items():
                variant.settle()
                variant.dismiss(servers)
            raise
        for variant, servers in leaving.items():
            variant.dismiss(servers)

    def _adopt(
        self, added: Mapping[Variant, Sequence[ModelServer]]
    ) -> dict[Variant, list[ModelServer]]:
        with self._restarts:
            if self._closed.is_set():
                raise StartError(_CLOSED)
            return {variant: variant.adopt(servers) for variant, servers in added.items()}

    def choose(self, variant_name: str | None) -> Variant | None:
        """The named variant, or one drawn by weight; None if there is none of that name."""
        if variant_name is not None:
            return next((v for v in self.variants if v.name == variant_name), None)
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]

    def activate(self, share: float) -> None:
        """Sends requests to this share of the capacity; at least one instance of each variant."""
        for variant in self.variants:
            variant.active = max(1, math.ceil(share * len(variant.servers)))

    def enter(self, stage: str) -> None:
        self.stage, self.since = stage, time.time()

    def close(self, drain_seconds: float = 0) -> None:
        """Ends every instance, after the requests that run (for at most `drain_seconds`)."""
        self._closed.set()
        deadline = time.monotonic() + drain_seconds
        for variant in self.variants:
            variant.close(max(0.0, deadline - time.monotonic()))
        with self._restarts:
            for server in self._servers:
                server.close()
        for variant in self.variants:
            if variant.capture:
                variant.capture.close()

    def _watch(self) -> None:
        while not self._closed.wait(_WATCH_SECONDS):
            with self._restarts:
                for server in self._servers:
                    if not server.alive and not self._closed.is_set():
                        _LOGGER.warning("restarting the container of %s", server.spec.log_stream)
                        server.start()
