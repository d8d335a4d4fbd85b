"""What a run has cost on AWS: the seconds that AWS bills of its jobs, at the prices of their
instances, and the hours of the endpoint.

Not counted: volumes, storage, requests, and what is not an instance.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract.steps import RUNNING_STATUSES, JobKind
from reviews.client.cost.prices import Price, Prices, Use
from reviews.client.errors import PriceMissing

ENDPOINT = "Endpoint"
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A part of a run: instances of one type that AWS bills `seconds` each, of the `lasted` ones
    that they ran. With spot instances it bills fewer."""

    what: str  # Train
    name: str  # of the job or the endpoint
    instance_type: str
    instances: int
    seconds: float
    lasted: float
    is_running: bool
    price: Price | None  # None where it is not known

    @property
    def instance_seconds(self) -> float:
        """The seconds of all instances together."""
        return self.seconds * self.instances

    @property
    def usd(self) -> float | None:
        """The amount, or None where the price is not known; what took no time costs nothing at any
        price."""
        if not self.instance_seconds:
            return 0.0
        if self.price is None or self.price.usd is None:
            return None
        return self.instance_seconds / _HOUR * self.price.usd


@dataclass(frozen=True, kw_only=True)
class RunCost:
    """The costs of a run; `is_free` where the environment is not on AWS."""

    run: str
    region: str
    costs: list[Cost]
    is_free: bool

    @property
    def usd(self) -> float | None:
        """The sum of all costs; None where a price is not known."""
        return total(self.costs)


def total(costs: Iterable[Cost]) -> float | None:
    amounts = [cost.usd for cost in costs]
    known = [amount for amount in amounts if amount is not None]
    return math.fsum(known) if len(known) == len(amounts) else None


def of_training(
    what: str, described: dict[str, Any], known: Prices, now: datetime
) -> Iterator[Cost]:
    """The costs by DescribeTrainingJob, one for each type of instances and one for a kept warm
    pool.

    `BillableTimeInSeconds` is of each instance, and with spot instances fewer seconds than the
    training took, at the price on demand: "You can calculate the savings from using managed spot
    training using the formula (1 - BillableTimeInSeconds / TrainingTimeInSeconds) * 100"
    (botocore's model). A job that still runs has none yet.
    """
    ran = _seconds(described, "TrainingStartTime", "TrainingEndTime", now)
    lasted = described.get("TrainingTimeInSeconds", ran)
    pool = described.get("WarmPoolStatus", {}).get("ResourceRetainedBillableTimeInSeconds", 0)
    billed = {what: (described.get("BillableTimeInSeconds", lasted), lasted)}
    if pool:
        billed[f"{what}, warm pool"] = (pool, pool)
    for part, (seconds, duration) in billed.items():
        for instance_type, count in _instances(described["ResourceConfig"]):
            yield Cost(
                what=part,
                name=described["TrainingJobName"],
                instance_type=instance_type,
                instances=count,
                seconds=seconds,
                lasted=duration,
                is_running=described["TrainingJobStatus"] in RUNNING_STATUSES,
                price=_price(known, Use.TRAINING, instance_type),
            )


def of_processing(what: str, described: dict[str, Any], known: Prices, now: datetime) -> Cost:
    """The cost by DescribeProcessingJob, which has no billed seconds, from the job's start to its
    end."""
    cluster = described["ProcessingResources"]["ClusterConfig"]
    price = _price(known, Use.PROCESSING, cluster["InstanceType"])
    return _from_start_to_end(what, JobKind.PROCESSING, described, cluster, price, now)


def of_transform(what: str, described: dict[str, Any], known: Prices, now: datetime) -> Cost:
    """The cost by DescribeTransformJob: "You are billed for the time interval between"
    TransformStartTime "and" TransformEndTime (botocore's model)."""
    resources = described["TransformResources"]
    price = _price(known, Use.TRANSFORM, resources["InstanceType"])
    return _from_start_to_end(what, JobKind.TRANSFORM, described, resources, price, now)


def _from_start_to_end(
    what: str,
    kind: JobKind,
    described: dict[str, Any],
    resources: dict[str, Any],
    price: Price | None,
    now: datetime,
) -> Cost:
    """The cost of a job whose answer to Describe has no billed seconds."""
    name = kind.title
    seconds = _seconds(described, f"{name}StartTime", f"{name}EndTime", now)
    return Cost(
        what=what,
        name=described[f"{name}JobName"],
        instance_type=resources["InstanceType"],
        instances=resources["InstanceCount"],
        seconds=seconds,
        lasted=seconds,
        is_running=described[f"{name}JobStatus"] in RUNNING_STATUSES,
        price=price,
    )


def of_endpoint(
    endpoint: dict[str, Any], config: dict[str, Any], known: Prices, now: datetime
) -> Cost | None:
    """The cost since the configuration was deployed, or the endpoint started again, with as many
    instances as it has now. None for a serverless endpoint, which has no instances."""
    counts = [one.get("CurrentInstanceCount", 0) for one in endpoint.get("ProductionVariants", [])]
    (variant,) = config["ProductionVariants"]
    if "InstanceType" not in variant:
        return None
    seconds = (now - max(config["CreationTime"], endpoint["CreationTime"])).total_seconds()
    return Cost(
        what=ENDPOINT,
        name=endpoint["EndpointName"],
        instance_type=variant["InstanceType"],
        instances=sum(counts),
        seconds=seconds,
        lasted=seconds,
        is_running=True,
        price=_price(known, Use.HOSTING, variant["InstanceType"]),
    )


def _seconds(described: dict[str, Any], start: str, end: str, now: datetime) -> float:
    """0 for a job that ended before it had instances, or still waits for them."""
    ended = described.get(end, now)
    return float((ended - described.get(start, ended)).total_seconds())


def _instances(resources: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The instances of a ResourceConfig: the type that SageMaker has selected from
    InstancePreferences, the groups of several types, or the only type. "The job is billed for this
    instance type and count" (SelectedInstanceType in botocore's model)."""
    if "InstancePreferences" in resources:
        if "SelectedInstanceType" in resources:
            yield resources["SelectedInstanceType"], resources["SelectedInstanceCount"]
    elif "InstanceGroups" in resources:
        for group in resources["InstanceGroups"]:
            yield group["InstanceType"], group["InstanceCount"]
    else:
        yield resources["InstanceType"], resources["InstanceCount"]


def _price(known: Prices, use: Use, instance_type: str) -> Price | None:
    try:
        return known.of_instance(use, instance_type, "")
    except PriceMissing:
        return None
