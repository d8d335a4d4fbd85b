"""The fleet of instances of one endpoint configuration, and the choice of a variant for a request.

Not emulated: shadow variants.
"""

import logging
import math
import random
import threading
import time
from collections.abc import Mapping, Sequence

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record
from localcloud.core.s3 import TransferError
from localcloud.hosting.deployment import ASYNCHRONOUS
from localcloud.hosting.model_server import ModelServer
from localcloud.hosting.server_process import StartError
from localcloud.hosting.variant import Variant

_WATCH_SECONDS = 1
_CLOSED = "The endpoint was closed while its instances were starting."
_LOGGER = logging.getLogger(__name__)


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
