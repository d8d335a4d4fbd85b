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
from localcloud.hosting.container_process import StartError
from localcloud.hosting.deployment import ASYNC_CONFIG
from localcloud.hosting.serving_instance import ServingInstance
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
        self.asynchronous: Record | None = deployed.get(ASYNC_CONFIG)
        self.variants = [
            Variant(cloud, endpoint, description, models[description["ModelName"]], deployed)
            for description in deployed["ProductionVariants"]
        ]

    @property
    def _instances(self) -> list[ServingInstance]:
        return [instance for variant in self.variants for instance in variant.instances]

    @property
    def instance_count(self) -> int:
        return len(self._instances)

    def start(self) -> None:
        """Returns when every instance is healthy; otherwise raises StartError, leaving nothing."""
        try:
            self._start({variant: variant.instances for variant in self.variants})
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="endpoint-watch", daemon=True).start()

    def _start(self, wanted: Mapping[Variant, Sequence[ServingInstance]]) -> None:
        try:
            for variant, instances in wanted.items():
                for instance in instances:
                    if self._closed.is_set():
                        raise StartError(_CLOSED)
                    variant.check_capacity()
                    instance.prepare()
                    instance.start()
            for variant, instances in wanted.items():
                for instance in instances:
                    instance.wait_healthy(variant.startup_seconds, self._closed)
        except TransferError as error:
            raise StartError(f"Failed to download model data: {error}") from error

    def resize(self, changes: Sequence[Record]) -> None:
        """Changes counts and weights; raises StartError and leaves all as it was."""
        wanted = {change["VariantName"]: change for change in changes}
        variants = [variant for variant in self.variants if variant.name in wanted]
        for variant in variants:
            variant.desire(wanted[variant.name])
        added = {variant: variant.missing_instances() for variant in variants}
        try:
            self._start(added)
            leaving = self._adopt(added)
        except BaseException:
            for variant, instances in added.items():
                variant.settle()
                variant.dismiss(instances)
            raise
        for variant, instances in leaving.items():
            variant.dismiss(instances)

    def _adopt(
        self, added: Mapping[Variant, Sequence[ServingInstance]]
    ) -> dict[Variant, list[ServingInstance]]:
        with self._restarts:
            if self._closed.is_set():
                raise StartError(_CLOSED)
            return {variant: variant.adopt(instances) for variant, instances in added.items()}

    def choose(self, variant_name: str | None) -> Variant | None:
        """The named variant, or one drawn by weight; None if there is none of that name."""
        if variant_name is not None:
            return next((v for v in self.variants if v.name == variant_name), None)
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]

    def activate(self, share: float) -> None:
        """Sends requests to this share of the capacity; at least one instance of each variant."""
        for variant in self.variants:
            variant.active = max(1, math.ceil(share * len(variant.instances)))

    def enter(self, stage: str) -> None:
        self.stage, self.since = stage, time.time()

    def close(self, drain_seconds: float = 0) -> None:
        """Ends every instance, after the requests that run (for at most `drain_seconds`)."""
        self._closed.set()
        deadline = time.monotonic() + drain_seconds
        for variant in self.variants:
            variant.close(max(0.0, deadline - time.monotonic()))
        with self._restarts:
            for instance in self._instances:
                instance.close()
        for variant in self.variants:
            if variant.capture:
                variant.capture.close()

    def _watch(self) -> None:
        while not self._closed.wait(_WATCH_SECONDS):
            with self._restarts:
                for instance in self._instances:
                    if not instance.alive and not self._closed.is_set():
                        _LOGGER.warning("restarting the container of %s", instance.spec.log_stream)
                        instance.start()
