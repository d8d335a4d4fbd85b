"""What the jobs of a run took on AWS: how long they ran, at the prices of prices.py."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from infra.settings import Fleet, Settings
from reviews.client import prices
from reviews.client.errors import PriceMissing
from reviews.client.jobs import Job


def usd(settings: Settings, jobs: Iterable[Job], now: datetime | None = None) -> float | None:
    """By the machines of the present settings; None where a price is not known."""
    moment = now or datetime.now(UTC)
    try:
        prices.check_region(settings.region, settings.environment)
        return math.fsum(_usd(settings, job, moment) for job in jobs)
    except PriceMissing:
        return None


def _usd(settings: Settings, job: Job, now: datetime) -> float:
    fleet = _fleet(settings, job)
    price = prices.of_instance(fleet.instance_type, job.step).usd
    if price is None:
        raise PriceMissing(fleet.instance_type)
    hours = ((job.ended or now) - job.began).total_seconds() / 3600
    return hours * fleet.instance_count * price


def _fleet(settings: Settings, job: Job) -> Fleet:
    by_step = {
        "process": settings.processing,
        "train": settings.training,
        "evaluate": settings.evaluation,
    }
    return by_step[job.step]
