"""The instances behind one endpoint configuration, and which of them answers a request.

Not emulated: instance types, autoscaling, shadow variants, data capture.
"""

import itertools
import logging
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from localcloud.cloud import Cloud
from localcloud.execution.server_process import ServerProcess, StartError
from localcloud.execution.transfer import TransferError

_STARTUP_SECONDS = 600  # unless ContainerStartupHealthCheckTimeoutInSeconds says otherwise
_WATCH_SECONDS = 1
_LOGGER = logging.getLogger(__name__)


class Variant:
    """One production variant: its instances take turns."""

    def __init__(self, description: dict[str, Any], servers: Sequence[ServerProcess]) -> None:
        self.name: str = description["VariantName"]
        self.weight: float = description.get("InitialVariantWeight", 1.0)
        self.startup_seconds: float = description.get(
            "ContainerStartupHealthCheckTimeoutInSeconds", _STARTUP_SECONDS
        )
        self.servers = servers
        self._turns = itertools.cycle(servers)
        self._lock = threading.Lock()

    def next_server(self) -> ServerProcess:
        with self._lock:
            return next(self._turns)

    def description(self) -> dict[str, Any]:
        """As in DescribeEndpoint's ProductionVariants."""
        running = sum(server.alive for server in self.servers)
        image = self.servers[0].image
        return {
            "VariantName": self.name,
            "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image}],
            "CurrentWeight": self.weight,
            "DesiredWeight": self.weight,
            "CurrentInstanceCount": running,
            "DesiredInstanceCount": len(self.servers),
        }


class Fleet:
    """All variants of one endpoint configuration. Restarts a container that ends."""

    def __init__(
        self, cloud: Cloud, endpoint: str, config: dict[str, Any], models: dict[str, dict[str, Any]]
    ) -> None:
        self.config_name: str = config["EndpointConfigName"]
        self._closed = threading.Event()
        self._restarts = threading.Lock()  # no restart while closing
        self._requests = threading.Condition()
        self._running_requests = 0
        self.variants = [
            Variant(
                description,
                [
                    ServerProcess(
                        cloud,
                        endpoint,
                        description["VariantName"],
                        models[description["ModelName"]],
                    )
                    for _ in range(description.get("InitialInstanceCount", 1))
                ],
            )
            for description in config["ProductionVariants"]
        ]

    @property
    def _servers(self) -> list[ServerProcess]:
        return [server for variant in self.variants for server in variant.servers]

    def start(self) -> None:
        """Returns when every instance is healthy; otherwise raises StartError, leaving nothing."""
        try:
            for server in self._servers:
                server.prepare()
                server.start()
            for variant in self.variants:
                for server in variant.servers:
                    server.wait_healthy(variant.startup_seconds, self._closed)
        except TransferError as error:
            self.close()
            raise StartError(f"Failed to download model data: {error}") from error
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="endpoint-watch", daemon=True).start()

    def choose(self, variant_name: str | None) -> Variant | None:
        """The named variant, or one drawn by weight; None if there is none of that name."""
        if variant_name is not None:
            return next((v for v in self.variants if v.name == variant_name), None)
        return random.choices(self.variants, [v.weight for v in self.variants])[0]

    @contextmanager
    def request(self) -> Iterator[bool]:
        """Holds the instances for one request; False when they are being closed."""
        with self._requests:
            is_open = not self._closed.is_set()
            self._running_requests += is_open
        try:
            yield is_open
        finally:
            with self._requests:
                self._running_requests -= is_open
                self._requests.notify_all()

    def close(self, drain_seconds: float = 0) -> None:
        """Ends every instance, after the requests that run (for at most `drain_seconds`)."""
        with self._requests:
            self._closed.set()
            self._requests.wait_for(lambda: not self._running_requests, timeout=drain_seconds)
        with self._restarts:
            for server in self._servers:
                server.close()

    def _watch(self) -> None:
        while not self._closed.wait(_WATCH_SECONDS):
            with self._restarts:
                for server in self._servers:
                    if not server.alive and not self._closed.is_set():
                        _LOGGER.warning("restarting a container of variant %s", server.variant)
                        server.start()
