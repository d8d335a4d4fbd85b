"""What differs between the environments, and the names that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ENVIRONMENTS = ("local", "dev", "staging", "prod")
_LONGEST_JOB_SECONDS = 432_000  # five days, the default quota of a training job
_LONGEST_STATE_MACHINE_WAIT = 99_999_999


class SettingsError(ValueError):
    """A setting has a value that it cannot have."""

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        super().__init__(f"{name}={value!r}: allowed is {allowed}")
        self.name, self.value, self.allowed = name, value, allowed


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(name=name, value=value, allowed=f"{low} to {high}")


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The machines of one job or endpoint; sizes in GiB, times in seconds."""

    instance_type: str
    instance_count: int = 1
    volume_gb: int = 30
    max_runtime_s: int = 24 * 3600

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
    def family(self) -> str:
        return self.instance_type.split(".")[1]

    @property
    def has_gpu(self) -> bool:
        return self.family[0] in "gp"

    @property
    def has_local_disk(self) -> bool:
        """Such instances encrypt their own disk, and SageMaker refuses a volume key for them."""
        return self.has_gpu or self.family.endswith("d")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The training arguments that an execution may override (explained in ml_code/recipe.py)."""

    epochs: int = 3
    batch_size: int = 32
    accumulation_steps: int = 1
    learning_rate: float = 2e-5
    star_spread: float = 0.7
    patience: int = 0
    max_length: int = 192  # tokens; reviews of a few sentences fit whole
    seed: int = 42

    def __post_init__(self) -> None:
        _check_range("epochs", self.epochs, 1, 100)
        _check_range("batch_size", self.batch_size, 1, 1024)
        _check_range("accumulation_steps", self.accumulation_steps, 1, 1024)
        _check_range("star_spread", self.star_spread, 0, 10)
        _check_range("patience", self.patience, 0, 100)
        _check_range("max_length", self.max_length, 8, 512)
        _check_range("seed", self.seed, 0, 2**31 - 1)
        if not 0 < self.learning_rate < 1:
            raise SettingsError(
                name="learning_rate", value=self.learning_rate, allowed="above 0 and below 1"
            )


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How the reviews are split; the shares add up to 1."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
            raise SettingsError(name="shares", value=shares, allowed="above 0, adding up to 1")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The column names of the reviews file. The title is joined to the text of files that have it;
    an empty name: never."""

    text: str = "Review Text"
    rating: str = "Rating"
    title: str = "Title"

    def __post_init__(self) -> None:
        for name in ("text", "rating"):
            if not getattr(self, name):
                raise SettingsError(name=f"columns.{name}", value="", allowed="a column's name")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How a step waits for its job: first `start_s`, then longer each time up to `longest_s`."""

    start_s: int = 30
    longest_s: int = 900
    growth: float = 1.1
    features_limit_s: int = 3600  # the offline store lags by minutes; an hour means it is stuck

    def __post_init__(self) -> None:
        _check_range("start_s", self.start_s, 1, _LONGEST_STATE_MACHINE_WAIT)
        _check_range("longest_s", self.longest_s, self.start_s, _LONGEST_STATE_MACHINE_WAIT)
        _check_range("growth", self.growth, 1, 10)
        _check_range("features_limit_s", self.features_limit_s, 1, _LONGEST_STATE_MACHINE_WAIT)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. `base_model` is a model hub's name, or a prefix in `s3://{data_bucket}/`."""

    environment: str
    base_model: str
    processing: Fleet
    training: Fleet
    evaluation: Fleet
    endpoint: Fleet
    region: str = "us-east-1"
    recipe: Recipe = field(default_factory=Recipe)
    shares: Shares = field(default_factory=Shares)
    columns: Columns = field(default_factory=Columns)
    waiting: Waiting = field(default_factory=Waiting)
    features_format: str = "csv"  # or parquet
    debugger: bool = False  # hook, system profiler and the ProfilerReport rule
    keep_data: bool = False  # what holds data outlives `cdk destroy`

    def __post_init__(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise unknown_environment(self.environment)
        if not self.base_model:
            raise SettingsError(name="base_model", value="", allowed="a name or an s3:// prefix")
        if self.features_format not in ("csv", "parquet"):
            raise SettingsError(
                name="features_format", value=self.features_format, allowed="csv, parquet"
            )

    @property
    def name(self) -> str:
        """The name that the feature group, state machine, endpoint and workgroup share."""
        return f"reviews-{self.environment}"

    @property
    def catalog_name(self) -> str:
        """The Glue database and table: Athena wants names without hyphens."""
        return self.name.replace("-", "_")


def unknown_environment(environment: str) -> SettingsError:
    return SettingsError(name="env", value=environment, allowed=", ".join(ENVIRONMENTS))


def _on_aws(
    environment: str, *, training: Fleet, endpoints: int = 1, keep: bool = False
) -> Settings:
    return Settings(
        environment=environment,
        base_model="roberta-base",
        processing=Fleet(instance_type="ml.m5.2xlarge", instance_count=training.instance_count),
        training=training,
        evaluation=Fleet(instance_type="ml.m5.2xlarge"),
        endpoint=Fleet(instance_type="ml.m5.xlarge", instance_count=endpoints),
        keep_data=keep,
    )


_SMALL = Fleet(instance_type="ml.m5.large")
_SETTINGS = (
    Settings(
        environment="local",
        base_model="s3://{data_bucket}/base-models/all-MiniLM-L6-v2/",
        processing=_SMALL,
        training=_SMALL,
        evaluation=_SMALL,
        endpoint=_SMALL,
        recipe=Recipe(learning_rate=2e-4),  # small models want larger steps; roberta-base diverges
        waiting=Waiting(start_s=2, longest_s=5, features_limit_s=300),
        debugger=True,
    ),
    _on_aws("dev", training=Fleet(instance_type="ml.c5.4xlarge")),
    _on_aws("staging", training=Fleet(instance_type="ml.c5.9xlarge")),
    _on_aws(
        "prod",
        training=Fleet(instance_type="ml.c5.9xlarge", instance_count=2),
        endpoints=2,
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
