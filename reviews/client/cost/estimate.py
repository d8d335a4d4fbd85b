"""Estimates what an environment costs in a month on AWS, from its settings and assumptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from infra.settings import Instances, Scoring, Settings
from reviews.client.cost import prices
from reviews.client.cost.prices import Price

MONTH_HOURS = 730  # 365 days / 12
WEEK_HOURS = 168
# Of infra/monitoring.py; tests/infra/test_billed.py counts them in the templates.
ALARMS, DASHBOARDS = 3, 1  # without the alarms of the predicted classes
DRIFT_ALARMS, DRIFT_METRICS = 2, 2  # of infra/drift.py and lambdas/end_drift
CLASSES_AN_ALARM = 9
SCALING_ALARMS = 2  # of target tracking: scale out, scale in
KEYS = 1
VPC_ENDPOINTS = 4  # interface endpoints of infra/network.py: two services in two zones
_REQUEST_GB = 2e-6  # a request of a kilobyte and a response of a kilobyte
_OTHER_TRANSITIONS = 40  # of a run, without those that wait for its jobs
_TRANSITIONS_A_POLL = 3  # Wait, Describe, Choice


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """The usage of an environment in a month; minutes and reviews are of each run."""

    runs: float
    processing_minutes: float
    training_minutes: float
    evaluation_minutes: float
    reviews: int
    requests: int
    stored_gb: float
    log_gb: float
    promotions: float  # of models that come here; those that are evaluated cost something
    scoring_minutes: float  # of all files that are scored in batch
    drift_reports: float
    drift_minutes: float  # of each report
    office_hours: float  # hours a week in which the endpoint serves

    @property
    def office_share(self) -> float:
        return self.office_hours / WEEK_HOURS


@dataclass(frozen=True, kw_only=True)
class Item:
    name: str
    quantity: float
    price: Price

    @property
    def usd(self) -> float | None:
        """The costs in USD; None where the price is not known."""
        return None if self.price.usd is None else self.price.usd * self.quantity


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """`endpoint` costs nothing while the endpoint is stopped; `others` are all other items."""

    environment: str
    endpoint: Item
    others: list[Item]
    office_share: float

    @property
    def items(self) -> list[Item]:
        return [self.endpoint, *self.others]

    @property
    def usd(self) -> float:
        """The costs in USD, without the items whose price is not known."""
        return sum(item.usd or 0 for item in self.items)

    @property
    def office_endpoint_usd(self) -> float:
        return (self.endpoint.usd or 0) * self.office_share

    @property
    def office_usd(self) -> float:
        """The same with the endpoint stopped outside office hours."""
        return self.usd - (self.endpoint.usd or 0) + self.office_endpoint_usd


def estimate(settings: Settings, assumed: Assumptions) -> Estimate:
    """Raises PriceMissing for an instance type or a region that the table of prices lacks."""
    prices.check_region(settings.region, settings.environment)
    return Estimate(
        environment=settings.environment,
        endpoint=_endpoint(settings, assumed),
        others=[*_jobs(settings, assumed), *_data(assumed), *_operations(settings, assumed)],
        # A serverless endpoint costs nothing while it gets no requests.
        office_share=1 if settings.endpoint.serverless_memory_mb else assumed.office_share,
    )


def _endpoint(settings: Settings, assumed: Assumptions) -> Item:
    if settings.endpoint.serverless_memory_mb:
        name = f"Endpoint, serverless, {settings.endpoint.serverless_memory_mb} MB"
        return Item(name=name, quantity=assumed.requests, price=prices.SERVERLESS)
    return _instance_hours("Endpoint", settings, settings.endpoint, MONTH_HOURS)


def _jobs(settings: Settings, assumed: Assumptions) -> Iterator[Item]:
    for name, instances, minutes in (
        ("Processing", settings.processing_instances, assumed.processing_minutes),
        ("Training", settings.training_instances, assumed.training_minutes),
        ("Evaluation", settings.evaluation_instances, assumed.evaluation_minutes),
    ):
        yield _instance_hours(name, settings, instances, assumed.runs * minutes / 60)
    if settings.promotion.evaluation:
        hours = assumed.promotions * assumed.evaluation_minutes / 60
        yield _instance_hours(
            "Evaluation of promoted models", settings, settings.evaluation_instances, hours
        )
    hours = assumed.scoring_minutes / 60
    yield _instance_hours("Batch scoring", settings, settings.scoring, hours)
    if settings.has_drift:
        hours = assumed.drift_reports * assumed.drift_minutes / 60
        yield _instance_hours("Drift reports", settings, settings.drift.instances, hours)


def _instance_hours(
    name: str, settings: Settings, instances: Instances | Scoring, hours: float
) -> Item:
    price = prices.of_instance(instances.instance_type, f"{name.lower()} of {settings.environment}")
    return Item(
        name=f"{name}, {instances.instance_count} x {instances.instance_type}",
        quantity=hours * instances.instance_count,
        price=price,
    )


def custom_metrics(settings: Settings) -> int:
    """How many metrics of infra/monitoring.py there are: one for each class, and their total."""
    return len(settings.labels.names) + 1


def class_alarm_metrics(settings: Settings) -> int:
    """How many metrics the alarms of the predicted classes have: each has up to nine classes and
    their total."""
    classes = len(settings.labels.names)
    return classes + ceil(classes / CLASSES_AN_ALARM)


def drift_monitoring(settings: Settings) -> tuple[int, int]:
    """How many alarms and metrics the reports about drift have."""
    return (DRIFT_ALARMS, DRIFT_METRICS) if settings.has_drift else (0, 0)


def _data(assumed: Assumptions) -> Iterator[Item]:
    gigabytes = assumed.requests * _REQUEST_GB
    yield Item(name="Requests and answers", quantity=gigabytes, price=prices.ENDPOINT_DATA)
    writes = assumed.runs * assumed.reviews
    yield Item(name="Feature Store", quantity=writes, price=prices.FEATURE_WRITES)
    yield Item(name="S3", quantity=assumed.stored_gb, price=prices.STORAGE)


def _operations(settings: Settings, assumed: Assumptions) -> Iterator[Item]:
    scaling = SCALING_ALARMS if settings.endpoint.max_instance_count else 0
    drift_alarms, drift_metrics = drift_monitoring(settings)
    alarms = ALARMS + class_alarm_metrics(settings) + scaling + drift_alarms
    metrics = custom_metrics(settings) + drift_metrics
    yield Item(name="KMS key", quantity=KEYS, price=prices.KEY)
    yield Item(name="CloudWatch alarms", quantity=alarms, price=prices.ALARMS)
    yield Item(name="CloudWatch metrics", quantity=metrics, price=prices.METRICS)
    yield Item(name="CloudWatch dashboard", quantity=DASHBOARDS, price=prices.DASHBOARD)
    yield Item(name="CloudWatch logs", quantity=assumed.log_gb, price=prices.LOGS)
    thousands = assumed.runs * _transitions(settings, assumed) / 1000
    yield Item(name="Step Functions", quantity=thousands, price=prices.TRANSITIONS)
    if settings.network.vpc == "new":
        hours = VPC_ENDPOINTS * MONTH_HOURS
        yield Item(name="VPC endpoints", quantity=hours, price=prices.VPC_ENDPOINTS)


def _transitions(settings: Settings, assumed: Assumptions) -> int:
    """The state transitions of one run."""
    minutes = (assumed.processing_minutes, assumed.training_minutes, assumed.evaluation_minutes)
    polls = sum(_polls(settings, 60 * job) for job in minutes)
    return _OTHER_TRANSITIONS + _TRANSITIONS_A_POLL * polls


def _polls(settings: Settings, seconds: float) -> int:
    """How often the state machine describes a job that takes this long."""
    waiting, waited, polls = settings.waiting, 0.0, 0
    wait = float(waiting.start_s)
    while waited < seconds:
        waited, polls = waited + wait, polls + 1
        wait = min(wait * waiting.growth, waiting.longest_s)
    return polls
