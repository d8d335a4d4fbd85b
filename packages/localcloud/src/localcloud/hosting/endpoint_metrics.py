"""The metrics of invocations in CloudWatch's AWS/SageMaker, sent in batches by a thread of its own.

Not emulated: the EndpointConfigName dimension.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.core.cloud import Cloud

NAMESPACE = "AWS/SageMaker"
_PUBLISH_SECONDS = 1
_MOST_VALUES = 150  # of one datum
_BATCH = 500  # PutMetricData allows 1,000
_MICROSECONDS = 1_000_000
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invocation:
    """One request that reached a container. `status` 0: it gave no answer."""

    endpoint: str
    variant: str
    instances: int  # that shared the variant's requests; 0 for serverless
    status: int
    model_seconds: float
    overhead_seconds: float
    is_asynchronous: bool = False

    def values(self) -> Iterator[tuple[str, float]]:
        """The values by metric. AWS sends 0 for a request without an error, so that Average is a
        rate."""
        yield "Invocation4XXErrors", int(400 <= self.status < 500)
        yield "Invocation5XXErrors", int(self.status >= 500 or self.status == 0)
        yield "ModelLatency", round(self.model_seconds * _MICROSECONDS)
        if self.is_asynchronous:  # has none of the others, says async-inference-monitor.html
            return
        yield "Invocations", 1
        yield "OverheadLatency", round(self.overhead_seconds * _MICROSECONDS)
        if self.instances:
            yield "InvocationsPerInstance", 1 / self.instances


class EndpointMetrics:
    """`add` costs an invocation nothing; `close` delivers the rest."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._pending: deque[Invocation] = deque()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="endpoint-metrics", daemon=True)
        self._thread.start()

    def add(self, invocation: Invocation) -> None:
        self._pending.append(invocation)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        client: Any = None
        while True:
            last = self._closed.wait(_PUBLISH_SECONDS)
            taken = [self._pending.popleft() for _ in range(len(self._pending))]
            if taken:
                client = client or self._cloud.client("cloudwatch")
                _publish(client, taken)
            if last:
                return


def _publish(client: Any, invocations: Sequence[Invocation]) -> None:
    data = list(metric_data(invocations, time.time()))
    for start in range(0, len(data), _BATCH):
        try:
            client.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _BATCH])
        except Exception:  # a metric that cannot be delivered must not end the others
            _LOGGER.exception("cannot publish metrics of endpoints")


def metric_data(invocations: Sequence[Invocation], now: float) -> Iterator[dict[str, Any]]:
    """Each metric's values with how often they came: percentiles need every value."""
    counts: dict[tuple[str, str, str], Counter[float]] = {}
    for invocation in invocations:
        for metric, value in invocation.values():
            key = (invocation.endpoint, invocation.variant, metric)
            counts.setdefault(key, Counter())[value] += 1
    for (endpoint, variant, metric), counter in counts.items():
        values = list(counter)
        for start in range(0, len(values), _MOST_VALUES):
            chunk = values[start : start + _MOST_VALUES]
            yield {
                "MetricName": metric,
                "Dimensions": dimensions(endpoint, variant),
                "Timestamp": now,
                "Unit": "Microseconds" if metric.endswith("Latency") else "None",
                "Values": chunk,
                "Counts": [counter[value] for value in chunk],
            }


def dimensions(endpoint: str, variant: str) -> list[dict[str, str]]:
    """The dimensions of the metrics of one variant."""
    return [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
