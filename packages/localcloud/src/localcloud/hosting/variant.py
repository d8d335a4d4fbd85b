"""One production variant of an endpoint: its instances, and the choice of one for a request.

Not emulated: instance types, memory and cold starts of serverless variants.
"""

import itertools
import math
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.core.records import Record
from localcloud.faults.capacity import ADVICE, NO_CAPACITY, lacks_capacity
from localcloud.hosting import endpoint_record
from localcloud.hosting.capture import Capture
from localcloud.hosting.container_client import INVOCATION_SECONDS
from localcloud.hosting.container_process import StartError
from localcloud.hosting.deployment import ASYNC_CONFIG
from localcloud.hosting.instance_spec import InstanceSpec
from localcloud.hosting.serving_instance import ServingInstance

_STARTUP_SECONDS = 600  # unless ContainerStartupHealthCheckTimeoutInSeconds says otherwise
_CALLS = {"Creating": "CreateEndpoint", "Updating": "UpdateEndpoint"}  # by an endpoint's status


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
        self.instances: list[ServingInstance] = []
        self.instances = self.missing_instances()
        self.active = len(self.instances)  # how many get requests: fewer while it is a canary
        self.capture = self._start_capture(deployed.get("DataCaptureConfig", {}))
        self.asynchronous: Record | None = deployed.get(ASYNC_CONFIG)
        self._turns = itertools.count()
        self._busy: Counter[ServingInstance] = Counter()
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
        return 0 if self.serverless else len(self.instances)

    def missing_instances(self) -> list[ServingInstance]:
        """New instances up to the desired count, not yet started."""
        return [
            ServingInstance(
                self._cloud,
                InstanceSpec.in_endpoint(self._cloud, self._endpoint, self.name),
                self._model,
            )
            for _ in range(self.desired_count - len(self.instances))
        ]

    def desire(self, change: Record) -> None:
        self.desired_count = change.get("DesiredInstanceCount", self.desired_count)
        self.desired_weight = change.get("DesiredWeight", self.desired_weight)

    def settle(self) -> None:
        """Takes the present count and weight as the desired ones, after a change has failed."""
        self.desired_count, self.desired_weight = len(self.instances), self.weight

    def adopt(self, instances: Sequence[ServingInstance]) -> list[ServingInstance]:
        """Applies the desired count and weight; returns the instances that get no more requests."""
        with self._changed:
            both = [*self.instances, *instances]
            self.instances, leaving = both[: self.desired_count], both[self.desired_count :]
            self.active, self.weight = len(self.instances), self.desired_weight
        return leaving

    def dismiss(self, instances: Sequence[ServingInstance]) -> None:
        """Ends the instances when the requests that they are answering have ended."""
        with self._changed:
            self._changed.wait_for(
                lambda: not any(self._busy[instance] for instance in instances), INVOCATION_SECONDS
            )
        for instance in instances:
            instance.close()

    @contextmanager
    def request(self) -> Iterator[ServingInstance | None]:
        """Holds the instance whose turn it is; None when the variant is closed."""
        instance = self._begin()
        try:
            yield instance
        finally:
            if instance:
                with self._changed:
                    self._busy[instance] -= 1
                    self._changed.notify_all()

    def _begin(self) -> ServingInstance | None:
        with self._changed:
            if not self._is_open:
                return None
            limit = self.serverless.get("MaxConcurrency", math.inf)
            if self._busy.total() >= limit:
                raise AwsError("ThrottlingException", "Rate exceeded", 400)
            instance = self.instances[next(self._turns) % self.active]
            self._busy[instance] += 1
            return instance

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
                for image in self.instances[0].images
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
            "CurrentInstanceCount": sum(instance.alive for instance in self.instances),
            "DesiredInstanceCount": self.desired_count,
        }
