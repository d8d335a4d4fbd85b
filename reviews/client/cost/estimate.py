"""Estimates what an environment costs in a month on AWS, from its settings and assumptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from infra.settings import Instances, Scoring, Settings
from reviews.client.cost import prices
from reviews.client.cost.prices import Price, Prices, Use

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
    request_ms: float  # of each, to a serverless endpoint
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
    region: str
    endpoint: Item
    others: list[Item]
    office_share: float
    budget_usd: float  # 0: none
    has_budget: bool  # somebody hears of it

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
        """The monthly sum with the endpoint stopped outside office hours."""
        return self.usd - (self.endpoint.usd or 0) + self.office_endpoint_usd


def estimate(settings: Settings, assumed: Assumptions, known: Prices) -> Estimate:
    """Raises PriceMissing for an instance type or a region without a price."""
    known.check(settings.environment)
    items = [
        *_jobs(settings, assumed, known),
        *_data(assumed, known),
        *_operations(settings, assumed, known),
    ]
    return Estimate(
        environment=settings.environment,
        region=settings.region,
        endpoint=_endpoint(settings, assumed, known),
        others=items,
        budget_usd=settings.budget.monthly_usd,
        has_budget=settings.has_budget,
        # A serverless endpoint costs nothing while it gets no requests.
        office_share=1 if settings.endpoint.serverless_memory_mb else assumed.office_share,
    )


def _endpoint(settings: Settings, assumed: Assumptions, known: Prices) -> Item:
    if memory := settings.endpoint.serverless_memory_mb:
        seconds = assumed.requests * assumed.request_ms / 1000
        price = known.of(prices.serverless(memory))
        return Item(name=f"Endpoint, serverless, {memory} MB", quantity=seconds, price=price)
    hours = _InstanceHours(settings, known)
    return hours.item("Endpoint", Use.HOSTING, settings.endpoint, MONTH_HOURS)


def _jobs(settings: Settings, assumed: Assumptions, known: Prices) -> Iterator[Item]:
    hours, runs = _InstanceHours(settings, known), assumed.runs / 60
    evaluation, evaluating = settings.evaluation_instances, assumed.evaluation_minutes
    yield hours.item(
        "Processing",
        Use.PROCESSING,
        settings.processing_instances,
        runs * assumed.processing_minutes,
    )
    yield hours.item(
        "Training", Use.TRAINING, settings.training_instances, runs * assumed.training_minutes
    )
    yield hours.item("Evaluation", Use.PROCESSING, evaluation, runs * evaluating)
    if settings.promotion.evaluation:
        name, promoted = "Evaluation of promoted models", assumed.promotions * evaluating / 60
        yield hours.item(name, Use.PROCESSING, evaluation, promoted)
    scoring = assumed.scoring_minutes / 60
    yield hours.item("Batch scoring", Use.TRANSFORM, settings.scoring, scoring)
    if settings.has_drift:
        reports = assumed.drift_reports * assumed.drift_minutes / 60
        yield hours.item("Drift reports", Use.PROCESSING, settings.drift.instances, reports)


@dataclass(frozen=True)
class _InstanceHours:
    settings: Settings
    known: Prices

    def item(self, name: str, use: Use, instances: Instances | Scoring, hours: float) -> Item:
        """Raises PriceMissing."""
        named = f"{name.lower()} of {self.settings.environment}"
        price = self.known.of_instance(use, instances.instance_type, named)
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


def _data(assumed: Assumptions, known: Prices) -> Iterator[Item]:
    quantities = {
        "Requests and answers": (assumed.requests * _REQUEST_GB, prices.ENDPOINT_DATA),
        "Feature Store": (assumed.runs * assumed.reviews, prices.FEATURE_WRITES),
        "S3": (assumed.stored_gb, prices.STORAGE),
    }
    yield from _items(quantities, known)


def _items(quantities: Mapping[str, tuple[float, str]], known: Prices) -> Iterator[Item]:
    """`quantities`: name → quantity and product."""
    for name, (quantity, product) in quantities.items():
        yield Item(name=name, quantity=quantity, price=known.of(product))


def _operations(settings: Settings, assumed: Assumptions, known: Prices) -> Iterator[Item]:
    scaling = SCALING_ALARMS if settings.endpoint.max_instance_count else 0
    drift_alarms, drift_metrics = drift_monitoring(settings)
    alarms = ALARMS + class_alarm_metrics(settings) + scaling + drift_alarms
    metrics = custom_metrics(settings) + drift_metrics
    thousands = assumed.runs * _transitions(settings, assumed) / 1000
    quantities = {
        "KMS key": (0 if settings.organisation.kms_key else KEYS, prices.KEY),
        "CloudWatch alarms": (alarms, prices.ALARMS),
        "CloudWatch metrics": (metrics, prices.METRICS),
        "CloudWatch dashboard": (DASHBOARDS, prices.DASHBOARD),
        "CloudWatch logs": (assumed.log_gb, prices.LOGS),
        "Step Functions": (thousands, prices.TRANSITIONS),
    }
    if settings.network.vpc == "new":
        quantities["VPC endpoints"] = (VPC_ENDPOINTS * MONTH_HOURS, prices.VPC_ENDPOINTS)
    yield from _items(quantities, known)


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
