"""Estimates the costs of a run's jobs on AWS: their duration at the prices of prices.py."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from contract.steps import Step
from infra.settings import Instances, Settings
from reviews.client.cost import prices
from reviews.client.errors import PriceMissing
from reviews.client.runs.jobs import Job


def usd(settings: Settings, jobs: Iterable[Job], now: datetime | None = None) -> float | None:
    """The costs in USD for the instances of the present settings; None where a price is unknown."""
    moment = now or datetime.now(UTC)
    try:
        prices.check_region(settings.region, settings.environment)
        return math.fsum(_usd(settings, job, moment) for job in jobs)
    except PriceMissing:
        return None


def _usd(settings: Settings, job: Job, now: datetime) -> float:
    instances = _instances_of(settings, job)
    price = prices.of_instance(instances.instance_type, job.step.value).usd
    if price is None:
        raise PriceMissing(instances.instance_type)
    hours = ((job.ended or now) - job.began).total_seconds() / 3600
    return hours * instances.instance_count * price


def _instances_of(settings: Settings, job: Job) -> Instances:
    of_step = {
        Step.PROCESS: settings.processing_instances,
        Step.TRAIN: settings.training_instances,
        Step.EVALUATE: settings.evaluation_instances,
    }
    return of_step[job.step]
