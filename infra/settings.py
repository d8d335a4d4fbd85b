"""What differs between the environments, and the names that follow from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract import hyperparameters
from contract.features import SCHEMA
from infra import images, instances
from infra.images import Image, OwnImages
from infra.labels import Labels
from infra.setting_error import SettingsError

ENVIRONMENTS = ("local", "dev", "staging", "prod")
_LONGEST_JOB_SECONDS = 432_000  # five days, the default quota of a training job
_LONGEST_STATE_MACHINE_WAIT = 99_999_999
_MOST_SUBNETS = 16
_SERVERLESS_MB = (1024, 2048, 3072, 4096, 5120, 6144)
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; one of day and weekday
# is a question mark.
_SCHEDULE = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|"
    r"cron\((?=[^?]*\?[^?]*$)"
    r"[\d*/,-]+ [\d*/,-]+ [\d*?/LW,-]+ [\dA-Z*/,-]+ [\dA-Z*?#,-]+ [\d*/,-]+\)"
)


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(name=name, value=value, allowed=f"{low} to {high}")


@dataclass(frozen=True, kw_only=True)
class Instances:
    """The instances of one job or endpoint; sizes in GiB, times in seconds."""

    instance_type: str  # such as ml.m7i.large
    instance_count: int = 1  # of an endpoint that scales: the fewest
    volume_gb: int = 30  # of each instance of a job
    max_runtime_s: int = 24 * 3600  # after which SageMaker stops a job; at most five days

    def __post_init__(self) -> None:
        parts = self.instance_type.split(".")
        if len(parts) != 3 or parts[0] != "ml" or not all(parts):
            raise SettingsError(
                name="instance_type", value=self.instance_type, allowed="ml.<family>.<size>"
            )
        _check_range("instance_count", self.instance_count, 1, 100)
        _check_range("volume_gb", self.volume_gb, 1, 16_384)
        _check_range("max_runtime_s", self.max_runtime_s, 1, _LONGEST_JOB_SECONDS)

    @property
    def has_gpu(self) -> bool:
        return instances.has_gpu(self.instance_type)

    @property
    def has_local_disk(self) -> bool:
        """Such instances encrypt their own disk, and SageMaker refuses a volume key for them."""
        return instances.has_local_disk(self.instance_type)


@dataclass(frozen=True, kw_only=True)
class Endpoint(Instances):
    """The instances that serve, how many, and how a new model takes over from the one before.

    With `serverless_memory_mb` there are no instances, and AWS charges for requests alone. An
    endpoint with instances cannot become one without: it has to be deleted first.
    """

    max_instance_count: int = 0  # scaling up to so many; 0: none
    invocations_per_instance: int = 1000  # a minute, what scaling aims at
    canary_percent: int = 10  # of the traffic goes to a new model at first
    bake_s: int = 600  # for which it has to serve without an alarm
    max_latency_ms: int = 30_000  # of 99 answers in 100; a request may ask for half of it
    max_class_share: float = 0.9  # of an hour's predictions, before an alarm
    capture_percent: int = 0  # of requests and answers, kept in S3
    serverless_memory_mb: int = 0  # without instances; 0: with them
    serverless_concurrency: int = 10  # requests at a time, of a serverless endpoint

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_instance_count:
            name = "endpoint.max_instance_count"
            _check_range(name, self.max_instance_count, self.instance_count, 100)
            if re.match(r"ml\.t\d", self.instance_type):
                # https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
                allowed = f"0 for {self.instance_type}: burstable instances do not scale"
                raise SettingsError(name=name, value=self.max_instance_count, allowed=allowed)
        _check_range("endpoint.invocations_per_instance", self.invocations_per_instance, 1, 10**6)
        _check_range("endpoint.canary_percent", self.canary_percent, 1, 50)
        _check_range("endpoint.bake_s", self.bake_s, 0, 3600)
        _check_range("endpoint.max_latency_ms", self.max_latency_ms, 1, 60_000)
        _check_range("endpoint.max_class_share", self.max_class_share, 0, 1)
        _check_range("endpoint.capture_percent", self.capture_percent, 0, 100)
        _check_range("endpoint.serverless_concurrency", self.serverless_concurrency, 1, 200)
        if self.serverless_memory_mb:
            self._check_serverless()

    def _check_serverless(self) -> None:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""
        if self.serverless_memory_mb not in _SERVERLESS_MB:
            raise SettingsError(
                name="endpoint.serverless_memory_mb",
                value=self.serverless_memory_mb,
                allowed=", ".join(map(str, _SERVERLESS_MB)),
            )
        for name in ("max_instance_count", "capture_percent"):
            if getattr(self, name):
                raise SettingsError(
                    name=f"endpoint.{name}", value=getattr(self, name), allowed="0 for serverless"
                )


@dataclass(frozen=True, kw_only=True)
class Recipe(hyperparameters.Recipe):
    """The hyperparameters; an execution may override each of them."""

    def __post_init__(self) -> None:
        for name, one in hyperparameters.OVERRIDABLE.items():
            value = getattr(self, name)
            if not one.allows(value):
                raise SettingsError(name=f"recipe.{name}", value=value, allowed=one.allowed)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How the reviews are split; the shares add up to 1."""

    train: float = 0.8  # what the model learns from
    validation: float = 0.1  # decides which epoch is kept
    test: float = 0.1  # measures the model at the end

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
            raise SettingsError(name="shares", value=shares, allowed="above 0, adding up to 1")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The column names of the reviews file. The title is joined to the text of files that have it;
    an empty name: never."""

    text: str = "Review Text"  # what is classified
    rating: str = "Rating"  # of which the labels are made
    title: str = "Title"  # joined to the text, in front; may be empty

    def __post_init__(self) -> None:
        for name in ("text", "rating"):
            if not getattr(self, name):
                raise SettingsError(name=f"columns.{name}", value="", allowed="a column's name")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a model must reach on the test split before it is deployed.

    `max_drop` is by how much accuracy and macro-F1 may be below those of the champion, the newest
    approved model, on the same rows. `report` writes down what is missed and deploys nevertheless.
    """

    mode: str = "enforce"  # or report
    min_accuracy: float = 0.6  # on the test split
    min_macro_f1: float = 0.6  # the same
    max_drop: float = 0.01  # below the champion

    def __post_init__(self) -> None:
        if self.mode not in ("enforce", "report"):
            raise SettingsError(name="gate.mode", value=self.mode, allowed="enforce, report")
        for name in ("min_accuracy", "min_macro_f1", "max_drop"):
            _check_range(f"gate.{name}", getattr(self, name), 0, 1)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where jobs and endpoint run. `vpc` is empty for SageMaker's own network, `new` for a VPC of
    this environment with no way to the internet, or the id of an existing one, whose `subnets`
    are to be used: two at least, of two zones, since an endpoint wants as many.

    Where there is no way to a package index, `wheels` is the prefix in the data bucket that has
    the packages (docs/security.md).
    """

    vpc: str = ""  # or new, or the id of yours
    subnets: Sequence[str] = ()  # ids, of an existing VPC
    isolated: bool = False  # containers that train, evaluate and serve reach nothing at all
    wheels: str = ""  # prefix of the packages, where there is no way to an index

    def __post_init__(self) -> None:
        is_existing = self.vpc.startswith("vpc-")
        if self.vpc not in ("", "new") and not is_existing:
            raise SettingsError(name="network.vpc", value=self.vpc, allowed="'', new, vpc-…")
        self._check_subnets(is_existing)
        if self.closed and not self.wheels:
            allowed = "a prefix in the data bucket, where there is no way to a package index"
            raise SettingsError(name="network.wheels", value="", allowed=allowed)
        if self.wheels.startswith(("/", "s3:")):
            allowed = "a prefix in the data bucket, such as wheels/"
            raise SettingsError(name="network.wheels", value=self.wheels, allowed=allowed)

    def _check_subnets(self, is_existing: bool) -> None:
        """An endpoint wants at least two, and SageMaker takes no more than sixteen:
        https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
        """
        allowed = f"2 to {_MOST_SUBNETS} ids of the existing VPC's subnets, of two zones or more"
        if not is_existing:
            allowed = "none without an existing VPC"
        ids = {subnet for subnet in self.subnets if re.fullmatch(r"subnet-[0-9a-z]+", subnet)}
        fits = len(ids) == len(self.subnets) and 2 <= len(ids) <= _MOST_SUBNETS
        if not (fits if is_existing else not self.subnets):
            raise SettingsError(name="network.subnets", value=self.subnets, allowed=allowed)

    @property
    def closed(self) -> bool:
        """Whether a package index and a model hub are out of reach."""
        return self.isolated or self.vpc == "new"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How a step waits for its job: first `start_s`, then longer each time up to `longest_s`."""

    start_s: int = 30  # before the first look at a job
    longest_s: int = 900  # between two looks
    growth: float = 1.1  # of the wait, from look to look
    features_limit_s: int = 3600  # the offline store lags by minutes; an hour means it is stuck
    approval_limit_s: int = 7 * 24 * 3600  # for a person to answer
    capacity_s: int = 900  # before a job is started again for which AWS had no machine
    capacity_attempts: int = 12  # of an execution; then it fails

    def __post_init__(self) -> None:
        _check_range("start_s", self.start_s, 1, _LONGEST_STATE_MACHINE_WAIT)
        _check_range("longest_s", self.longest_s, self.start_s, _LONGEST_STATE_MACHINE_WAIT)
        _check_range("growth", self.growth, 1, 10)
        for name in ("features_limit_s", "approval_limit_s", "capacity_s"):
            _check_range(name, getattr(self, name), 1, _LONGEST_STATE_MACHINE_WAIT)
        _check_range("capacity_attempts", self.capacity_attempts, 0, 1000)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. `base_model` is a model hub's name, or a prefix in `s3://{data_bucket}/`."""

    environment: str  # its name, in the names of all its resources
    base_model: str  # what is fine-tuned
    processing_instances: Instances  # of the processing job
    training_instances: Instances  # of the training job
    evaluation_instances: Instances  # of the evaluation job
    endpoint: Endpoint  # the instances that serve
    region: str = "us-east-1"  # where it is deployed, whatever the shell says
    account: str = ""  # the only one it may be deployed to; empty: whose credentials deploy
    images: OwnImages = field(default_factory=OwnImages)  # in place of AWS's
    recipe: Recipe = field(default_factory=Recipe)  # how to train
    shares: Shares = field(default_factory=Shares)  # train, validation, test
    columns: Columns = field(default_factory=Columns)  # of the reviews file
    max_rejected_share: float = 0.1  # of its rows, before a file with faulty ones is refused
    labels: Labels = field(default_factory=Labels)  # the classes, and which ratings are of which
    gate: Gate = field(default_factory=Gate)  # what a model must reach
    network: Network = field(default_factory=Network)  # where jobs and endpoint run
    approval: bool = False  # a person must say yes before a model is deployed
    notify: Sequence[str] = ()  # mail addresses that are told how executions end
    schedule: str = ""  # when executions start by themselves (UTC), such as cron(0 6 ? * MON *)
    scheduled_reviews: str = "reviews/latest.csv"  # with this object of the data bucket
    waiting: Waiting = field(default_factory=Waiting)  # for jobs, features and people
    features_format: str = "csv"  # or parquet
    debugger: bool = False  # hook, system profiler and the ProfilerReport rule
    keep_data: bool = False  # what holds data outlives `cdk destroy`

    def __post_init__(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise unknown_environment(self.environment)
        if self.account and not re.fullmatch(r"\d{12}", self.account):
            raise SettingsError(name="account", value=self.account, allowed="12 digits, or empty")
        if not self.base_model:
            raise SettingsError(name="base_model", value="", allowed="a name or an s3:// prefix")
        if self.network.closed and not self.base_model.startswith("s3://"):
            allowed = "an s3:// prefix, since the network has no way to a model hub"
            raise SettingsError(name="base_model", value=self.base_model, allowed=allowed)
        if self.features_format not in ("csv", "parquet"):
            raise SettingsError(
                name="features_format", value=self.features_format, allowed="csv, parquet"
            )
        _check_range("max_rejected_share", self.max_rejected_share, 0, 1)
        for address in self.notify:
            if "@" not in address:
                raise SettingsError(name="notify", value=address, allowed="mail addresses")
        if self.recipe.star_spread and not self.labels.are_ordered:
            allowed = "0, since ratings that are texts have no neighbours"
            raise SettingsError(
                name="recipe.star_spread", value=self.recipe.star_spread, allowed=allowed
            )
        self._check_instances()
        self._check_schedule()
        self.every_image()

    def image_of_processing(self) -> Image:
        return self._image(images.PROCESSING, self.processing_instances.instance_type)

    def image_of_training(self) -> Image:
        return self._image(images.TRAINING, self.training_instances.instance_type)

    def image_of_evaluation(self) -> Image:
        """That of the training, which has torch, for the evaluation's own instances."""
        return self._image(images.TRAINING, self.evaluation_instances.instance_type)

    def image_of_serving(self) -> Image:
        return self._image(images.SERVING, self.endpoint.instance_type)

    def every_image(self) -> Mapping[str, Image]:
        """By what it runs. Raises SettingsError for instances or a region without one."""
        return {
            "processing": self.image_of_processing(),
            "training": self.image_of_training(),
            "evaluation": self.image_of_evaluation(),
            "serving": self.image_of_serving(),
        }

    def _image(self, job: str, instance_type: str) -> Image:
        return images.choose(job, instance_type, self.region, getattr(self.images, job))

    def _check_instances(self) -> None:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, of what they
        exclude."""
        if self.evaluation_instances.instance_count != 1:
            allowed = "1: each instance would evaluate the whole test split"
            value = self.evaluation_instances.instance_count
            raise SettingsError(
                name="evaluation_instances.instance_count", value=value, allowed=allowed
            )
        memory = self.endpoint.serverless_memory_mb
        if memory and (self.network.vpc or self.network.isolated):
            allowed = "0 with network.vpc or network.isolated, which serverless endpoints exclude"
            raise SettingsError(name="endpoint.serverless_memory_mb", value=memory, allowed=allowed)

    def _check_schedule(self) -> None:
        if self.schedule and not _SCHEDULE.fullmatch(self.schedule):
            raise SettingsError(
                name="schedule",
                value=self.schedule,
                allowed="rate(NUMBER minutes|hours|days), or cron(MINUTE HOUR DAY MONTH WEEKDAY "
                "YEAR) with a ? for either DAY or WEEKDAY",
            )
        key = self.scheduled_reviews
        if not key or key.startswith(("/", "s3:")):
            allowed = "the key of an object in the data bucket"
            raise SettingsError(name="scheduled_reviews", value=key, allowed=allowed)

    @property
    def name(self) -> str:
        """The name that state machine, model group, endpoint and workgroup share."""
        return f"reviews-{self.environment}"

    @property
    def catalog_name(self) -> str:
        """The Glue database: Athena wants names without hyphens."""
        return self.name.replace("-", "_")

    @property
    def feature_group(self) -> str:
        return f"{self.name}-{SCHEMA.version}"

    @property
    def feature_table(self) -> str:
        """The Glue table of the offline store."""
        return f"{self.catalog_name}_{SCHEMA.version}"


def unknown_environment(environment: str) -> SettingsError:
    return SettingsError(name="env", value=environment, allowed=", ".join(ENVIRONMENTS))


def _on_aws(
    environment: str, *, training_instances: Instances, endpoint: Endpoint, keep: bool = False
) -> Settings:
    return Settings(
        environment=environment,
        base_model="roberta-base",
        processing_instances=Instances(
            instance_type="ml.m7i.2xlarge", instance_count=training_instances.instance_count
        ),
        training_instances=training_instances,
        evaluation_instances=Instances(instance_type="ml.m7i.2xlarge"),
        endpoint=endpoint,
        approval=keep,
        keep_data=keep,
    )


_SMALL = Instances(instance_type="ml.m7i.large")
_SETTINGS = (
    Settings(
        environment="local",
        base_model="s3://{data_bucket}/base-models/all-MiniLM-L6-v2/",
        processing_instances=_SMALL,
        training_instances=_SMALL,
        evaluation_instances=_SMALL,
        endpoint=Endpoint(
            instance_type="ml.m7i.large",
            bake_s=5,
            # Both instances are this machine.
            max_instance_count=2,
            capture_percent=100,
        ),
        recipe=Recipe(learning_rate=2e-4),  # small models want larger steps; roberta-base diverges
        waiting=Waiting(start_s=2, longest_s=5, features_limit_s=300),
        debugger=True,
    ),
    _on_aws(
        "dev",
        training_instances=Instances(instance_type="ml.c7i.4xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.large"),
    ),
    _on_aws(
        "staging",
        training_instances=Instances(instance_type="ml.c7i.8xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.xlarge", max_instance_count=2, capture_percent=10),
    ),
    _on_aws(
        "prod",
        training_instances=Instances(instance_type="ml.c7i.8xlarge", instance_count=2),
        endpoint=Endpoint(
            instance_type="ml.m7i.xlarge",
            instance_count=2,
            max_instance_count=6,
            capture_percent=10,
        ),
        keep=True,
    ),
)


def settings_for(environment: str | None = None) -> Sequence[Settings]:
    """The settings of one environment, or of all; `SettingsError` when there is no such one."""
    if environment is None:
        return _SETTINGS
    found = [settings for settings in _SETTINGS if settings.environment == environment]
    if not found:
        raise unknown_environment(environment)
    return found
