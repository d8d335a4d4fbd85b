"""What differs between the environments, and the names that follow from it."""

from dataclasses import dataclass, field

ENVIRONMENTS = ("local", "dev", "staging", "prod")
LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"


class SettingsError(ValueError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The machines of one job."""

    instance_type: str
    instance_count: int = 1
    volume_gb: int = 30
    max_runtime_s: int = 24 * 3600

    def __post_init__(self) -> None:
        if not self.instance_type.startswith("ml."):
            raise SettingsError(f"instance_type={self.instance_type!r}: allowed is ml.<type>")
        if self.instance_count < 1:
            raise SettingsError(f"instance_count={self.instance_count}: allowed is 1 or more")
        if not 1 <= self.max_runtime_s <= 432_000:
            raise SettingsError(f"max_runtime_s={self.max_runtime_s}: allowed is 1 to 432000")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The training arguments that an execution may override."""

    epochs: int = 2
    batch_size: int = 32
    learning_rate: float = 1e-4
    max_length: int = 128
    seed: int = 42

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "max_length"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}={getattr(self, name)}: allowed is 1 or more")
        if not 0 < self.learning_rate < 1:
            raise SettingsError(f"learning_rate={self.learning_rate}: allowed is above 0, below 1")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The column names of the reviews file; an empty title means that it has none."""

    text: str = "Review Text"
    rating: str = "Rating"
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. `base_model` may name the data bucket as `{data_bucket}`."""

    environment: str
    base_model: str
    processing: Fleet
    training: Fleet
    evaluation: Fleet
    endpoint: Fleet
    recipe: Recipe = field(default_factory=Recipe)
    columns: Columns = field(default_factory=Columns)
    wait_s: int = 30
    debugger: bool = False
    keep_data: bool = False

    def __post_init__(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise SettingsError(f"env={self.environment!r}: allowed are {', '.join(ENVIRONMENTS)}")
        if self.wait_s < 1:
            raise SettingsError(f"wait_s={self.wait_s}: allowed is 1 or more")

    @property
    def name(self) -> str:
        """The name that the feature group, state machine, endpoint and workgroup share."""
        return f"reviews-{self.environment}"

    @property
    def table(self) -> str:
        """The Glue database and table: Glue takes no hyphens."""
        return self.name.replace("-", "_")

    def bucket(self, *, purpose: str, account: str, region: str) -> str:
        """The globally unique name of the bucket for `purpose`."""
        return f"{self.name}-{purpose}-{account}-{region}"


def _on_aws(environment: str, *, training: str, count: int = 1, keep: bool = False) -> Settings:
    return Settings(
        environment=environment,
        base_model="roberta-base",
        processing=Fleet(instance_type="ml.m5.2xlarge", instance_count=count),
        training=Fleet(instance_type=training, instance_count=count),
        evaluation=Fleet(instance_type="ml.m5.2xlarge"),
        endpoint=Fleet(instance_type="ml.m5.xlarge", instance_count=count),
        # The defaults of ml_code/train.py, which are those for roberta-base.
        recipe=Recipe(epochs=3, learning_rate=2e-5),
        keep_data=keep,
    )


_SETTINGS = {
    "local": Settings(
        environment="local",
        base_model="s3://{data_bucket}/base-models/all-MiniLM-L6-v2/",
        processing=Fleet(instance_type="ml.m5.large"),
        training=Fleet(instance_type="ml.m5.large"),
        evaluation=Fleet(instance_type="ml.m5.large"),
        endpoint=Fleet(instance_type="ml.m5.large"),
        wait_s=2,
        debugger=True,
    ),
    "dev": _on_aws("dev", training="ml.c5.4xlarge"),
    "staging": _on_aws("staging", training="ml.c5.9xlarge"),
    "prod": _on_aws("prod", training="ml.c5.9xlarge", count=2, keep=True),
}


def settings_for(environment: str) -> Settings:
    """The settings of `environment`; `SettingsError` when there is no such one."""
    if environment not in _SETTINGS:
        raise SettingsError(f"env={environment!r}: allowed are {', '.join(ENVIRONMENTS)}")
    return _SETTINGS[environment]
