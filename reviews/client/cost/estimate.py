"""What an environment costs in a month on AWS, from its settings and from what is assumed of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from infra.settings import Instances, Settings
from reviews.client.cost import prices
from reviews.client.cost.prices import Price

MONTH_HOURS = 730  # 365 days / 12
WEEK_HOURS = 168
# Of infra/monitoring.py; tests/infra/test_billed.py counts them in the templates.
ALARMS, DASHBOARDS = 3, 1  # the alarms are those of one metric each
CLASSES_AN_ALARM = 9
SCALING_ALARMS = 2  # that target tracking makes, for more and for less
KEYS = 1
DOORS = 4  # two services of infra/network.py in two zones
_REQUEST_GB = 2e-6  # a kilobyte there, one back
_OTHER_TRANSITIONS = 40  # of a run, beside the waiting for its jobs
_TURN = 3  # wait, look, choose


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Of a month, and of each run in it."""

    runs: float
    processing_minutes: float
    training_minutes: float
    evaluation_minutes: float
    reviews: int
    requests: int
    stored_gb: float
    log_gb: float
    office_hours: float  # a week

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
        """None where the price is not known."""
        return None if self.price.usd is None else self.price.usd * self.quantity


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """`endpoint` is what ends when the endpoint is stopped; `others` is all the rest."""

    environment: str
    endpoint: Item
    others: list[Item]
    office_share: float

    @property
    def items(self) -> list[Item]:
        return [self.endpoint, *self.others]

    @property
    def usd(self) -> float:
        """Without what is not known."""
        return sum(item.usd or 0 for item in self.items)

    @property
    def office_endpoint_usd(self) -> float:
        return (self.endpoint.usd or 0) * self.office_share

    @property
    def office_usd(self) -> float:
        """With the endpoint stopped outside office hours."""
        return self.usd - (self.endpoint.usd or 0) + self.office_endpoint_usd


def estimate(settings: Settings, assumed: Assumptions) -> Estimate:
    """Raises PriceMissing for an instance type or a region that the table of prices lacks."""
    prices.check_region(settings.region, settings.environment)
    return Estimate(
        environment=settings.environment,
        endpoint=_endpoint(settings, assumed),
        others=[*_jobs(settings, assumed), *_data(assumed), *_surroundings(settings, assumed)],
        # A serverless endpoint costs nothing while nobody asks.
        office_share=1 if settings.endpoint.serverless_memory_mb else assumed.office_share,
    )


def _endpoint(settings: Settings, assumed: Assumptions) -> Item:
    if settings.endpoint.serverless_memory_mb:
        name = f"Endpoint, serverless, {settings.endpoint.serverless_memory_mb} MB"
        return Item(name=name, quantity=assumed.requests, price=prices.SERVERLESS)
    return _machines("Endpoint", settings, settings.endpoint, MONTH_HOURS)


def _jobs(settings: Settings, assumed: Assumptions) -> Iterator[Item]:
    for name, instances, minutes in (
        ("Processing", settings.processing_instances, assumed.processing_minutes),
        ("Training", settings.training_instances, assumed.training_minutes),
        ("Evaluation", settings.evaluation_instances, assumed.evaluation_minutes),
    ):
        yield _machines(name, settings, instances, assumed.runs * minutes / 60)


def _machines(name: str, settings: Settings, instances: Instances, hours: float) -> Item:
    price = prices.of_instance(instances.instance_type, f"{name.lower()} of {settings.environment}")
    return Item(
        name=f"{name}, {instances.instance_count} x {instances.instance_type}",
        quantity=hours * instances.instance_count,
        price=price,
    )


def custom_metrics(settings: Settings) -> int:
    """Predictions of each class, and all."""
    return len(settings.labels.names) + 1


def class_alarm_metrics(settings: Settings) -> int:
    """Of the alarms of the class mix: each looks at some classes and at all predictions."""
    classes = len(settings.labels.names)
    return classes + ceil(classes / CLASSES_AN_ALARM)


def _data(assumed: Assumptions) -> Iterator[Item]:
    gigabytes = assumed.requests * _REQUEST_GB
    yield Item(name="Requests and answers", quantity=gigabytes, price=prices.ENDPOINT_DATA)
    writes = assumed.runs * assumed.reviews
    yield Item(name="Feature Store", quantity=writes, price=prices.FEATURE_WRITES)
    yield Item(name="S3", quantity=assumed.stored_gb, price=prices.STORAGE)


def _surroundings(settings: Settings, assumed: Assumptions) -> Iterator[Item]:
    scaling = SCALING_ALARMS if settings.endpoint.max_instance_count else 0
    alarms = ALARMS + class_alarm_metrics(settings) + scaling
    yield Item(name="KMS key", quantity=KEYS, price=prices.KEY)
    yield Item(name="CloudWatch alarms", quantity=alarms, price=prices.ALARMS)
    yield Item(name="CloudWatch metrics", quantity=custom_metrics(settings), price=prices.METRICS)
    yield Item(name="CloudWatch dashboard", quantity=DASHBOARDS, price=prices.DASHBOARD)
    yield Item(name="CloudWatch logs", quantity=assumed.log_gb, price=prices.LOGS)
    thousands = assumed.runs * _transitions(settings, assumed) / 1000
    yield Item(name="Step Functions", quantity=thousands, price=prices.TRANSITIONS)
    if settings.network.vpc == "new":
        yield Item(name="VPC endpoints", quantity=DOORS * MONTH_HOURS, price=prices.DOORS)


def _transitions(settings: Settings, assumed: Assumptions) -> int:
    """Of one run."""
    minutes = (assumed.processing_minutes, assumed.training_minutes, assumed.evaluation_minutes)
    turns = sum(_turns(settings, 60 * job) for job in minutes)
    return _OTHER_TRANSITIONS + _TURN * turns


def _turns(settings: Settings, seconds: float) -> int:
    """How often the state machine looks at a job of this length."""
    waiting, waited, turns = settings.waiting, 0.0, 0
    wait = float(waiting.start_s)
    while waited < seconds:
        waited, turns = waited + wait, turns + 1
        wait = min(wait * waiting.growth, waiting.longest_s)
    return turns
