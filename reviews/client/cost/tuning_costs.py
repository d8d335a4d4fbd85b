"""What a tuning job may cost, and the limit of time that keeps it below an amount."""

from dataclasses import dataclass
from math import floor, isfinite

from contract.tuning import LEAST_SECONDS, MOST_SECONDS
from infra.settings import Settings
from reviews.client.cost import asked_prices
from reviews.client.cost.prices import Use
from reviews.client.errors import InvalidArgument

# "SageMaker sends the algorithm the SIGTERM signal, which delays job termination for 120 seconds"
# (StoppingCondition in botocore's model).
_GRACE_SECONDS = 120
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The price of one training job in USD an hour, on demand: that of its most expensive type."""

    instances: str  # such as 1 x ml.c7i.4xlarge
    usd: float


def rate(settings: Settings) -> Rate:
    """Raises PriceMissing."""
    chosen = settings.training_instances
    known = asked_prices.load(settings.region)
    types = (chosen.instance_type, *settings.capacity.fallback_types)
    named = f"training of {settings.environment}"
    found = [known.of_instance(Use.TRAINING, type_, named).usd or 0.0 for type_ in types]
    return Rate(
        instances=f"{chosen.instance_count} x {' or '.join(types)}",
        usd=chosen.instance_count * max(found),
    )


def most_seconds(found: Rate, *, usd: float, parallel: int) -> int:
    """ResourceLimits.MaxRuntimeInSeconds of a tuning job that costs at most so much.

    Its jobs are billed while they run, so that they cost no more than all of them running from its
    start to its end, and for the time that a stopped job has for its end. Raises InvalidArgument
    for an amount that is too small, or none.
    """
    if not isfinite(usd):
        raise InvalidArgument(f"--max-cost {usd:g}: must be an amount in USD")
    hourly = found.usd * parallel
    seconds = floor(usd / hourly * _HOUR) - _GRACE_SECONDS
    if seconds < LEAST_SECONDS:
        least = hourly * (LEAST_SECONDS + _GRACE_SECONDS) / _HOUR
        raise InvalidArgument(
            f"--max-cost {usd:g}: must be at least {_up(least):.2f}: {parallel} jobs at a time, "
            f"each {found.instances}, cost {hourly:.3f} USD an hour, and the shortest limit of a "
            f"tuning job is {LEAST_SECONDS} s"
        )
    return min(seconds, MOST_SECONDS)


def most_usd(found: Rate, *, parallel: int, seconds: int) -> float:
    """The most that a tuning job with this limit of time can cost."""
    return found.usd * parallel * (seconds + _GRACE_SECONDS) / _HOUR


def without_limit(found: Rate, *, jobs: int, seconds: int) -> float:
    """The cost of `jobs` training jobs that all take `seconds`, the longest time of a training
    job."""
    return found.usd * jobs * seconds / _HOUR


def _up(usd: float) -> float:
    """The amount, rounded up to cents."""
    return floor(usd * 100 + 1) / 100
