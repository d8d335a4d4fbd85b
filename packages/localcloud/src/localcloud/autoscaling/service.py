"""Applies the scaling policies."""

import logging
import math
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.autoscaling import activity
from localcloud.autoscaling.decision import Moment, decide
from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting import capacity, scalable_target
from localcloud.hosting.endpoint_metrics import NAMESPACE, dimensions

_PERIOD_SECONDS = 5
_WINDOW_SECONDS = 60
_LOGGER = logging.getLogger(__name__)


class Scaling(Service):
    """Looks at every scalable target each few seconds, in a thread of its own."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scaling", daemon=True)

    def recover(self) -> None:
        activity.fail_interrupted(self.cloud)

    def start(self) -> None:
        self._thread.start()

    def shutdown(self) -> None:
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        cloudwatch: Any = None
        while not self._closed.wait(_PERIOD_SECONDS):
            try:
                for scalable in self.cloud.store.list(scalable_target.TARGET):
                    cloudwatch = cloudwatch or self.cloud.client("cloudwatch")
                    evaluate(self.cloud, cloudwatch, scalable, time.time())
            except Exception:  # the next round may do better
                _LOGGER.exception("cannot evaluate the scaling policies")


def evaluate(cloud: Cloud, cloudwatch: Any, scalable: Record, now: float) -> None:
    """Scales one target if its policies say so."""
    policies = scalable_target.policies(cloud, scalable["ResourceId"])
    if not policies:
        return
    _, endpoint, _, variant = scalable["ResourceId"].split("/")
    try:
        instances = capacity.instance_count(cloud, endpoint, variant)
    except ValidationException:
        return  # the endpoint is being deleted
    moment = Moment(
        now=now,
        instances=instances,
        load=_load(cloudwatch, endpoint, variant, now),
        scaled_out=scalable.get("ScaledOut", -math.inf),
        scaled_in=scalable.get("ScaledIn", -math.inf),
    )
    if decision := decide(scalable, policies, moment):
        activity.scale(cloud, scalable, decision)


def _load(cloudwatch: Any, endpoint: str, variant: str, now: float) -> float:
    """Invocations per instance. No data is no load: AWS publishes zeros for an idle variant."""
    end = datetime.fromtimestamp(now, UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="InvocationsPerInstance",
        Dimensions=dimensions(endpoint, variant),
        StartTime=end - timedelta(seconds=_WINDOW_SECONDS),
        EndTime=end,
        Period=_WINDOW_SECONDS,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))
