"""The settings of one environment, and the names that follow from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract.features import SCHEMA
from contract.names import environment_name
from infra import images
from infra.images import Image, OwnImages
from infra.setting_error import SettingsError
from infra.settings.checks import check_range
from infra.settings.endpoint import Endpoint
from infra.settings.gate import Gate
from infra.settings.instances import Instances
from infra.settings.labels import Labels
from infra.settings.network import Network
from infra.settings.recipe import Recipe
from infra.settings.reviews import Columns, Shares
from infra.settings.waiting import Waiting

ENVIRONMENTS = ("local", "dev", "staging", "prod")
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; one of day and weekday
# is a question mark.
_SCHEDULE = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|"
    r"cron\((?=[^?]*\?[^?]*$)"
    r"[\d*/,-]+ [\d*/,-]+ [\d*?/LW,-]+ [\dA-Z*/,-]+ [\dA-Z*?#,-]+ [\d*/,-]+\)"
)
_PREFIX = re.compile(r"s3://[^/]+/[^/].*")


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
        if self.base_model.startswith("s3:") and not _PREFIX.fullmatch(self.base_model):
            allowed = "a name, or s3://BUCKET/PREFIX/ of the model's files"
            raise SettingsError(name="base_model", value=self.base_model, allowed=allowed)
        if self.network.closed and not self.base_model.startswith("s3://"):
            allowed = "an s3:// prefix, since the network has no way to a model hub"
            raise SettingsError(name="base_model", value=self.base_model, allowed=allowed)
        if self.features_format not in ("csv", "parquet"):
            raise SettingsError(
                name="features_format", value=self.features_format, allowed="csv, parquet"
            )
        check_range("max_rejected_share", self.max_rejected_share, 0, 1)
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
        return environment_name(self.environment)

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
