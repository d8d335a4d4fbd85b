"""The settings of one environment, and the names that follow from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from contract.execution_input import COLUMNS, LONGEST_ARGUMENT, is_line, is_model_name
from contract.features import SCHEMA
from contract.names import LONGEST_NAME, environment_name
from infra import images
from infra.images import Image, OwnImages
from infra.regions import REGIONS, WITHOUT_BUDGETS
from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.budget import Budget
from infra.settings.capacity import Capacity
from infra.settings.checks import check_emails, check_range, check_schedule
from infra.settings.drift import Drift
from infra.settings.endpoint import Endpoint
from infra.settings.gate import Gate
from infra.settings.github import GitHub
from infra.settings.instances import Instances
from infra.settings.labels import Labels
from infra.settings.network import Network
from infra.settings.organisation import Organisation
from infra.settings.promotion import Promotion
from infra.settings.recipe import Recipe
from infra.settings.reviews import Columns, Shares
from infra.settings.scoring import Scoring
from infra.settings.waiting import Waiting

ENVIRONMENTS = ("local", "dev", "staging", "prod")
_LONGEST_KEY = 900  # as a URI with its bucket it may have 1,024 characters
_PREFIX = re.compile(r"s3://(?:[a-z0-9][a-z0-9.-]{2,62}|\{data_bucket\})/[^/{}\n][^{}\n]*")


@settings_group
class Settings:
    """One environment. `base_model` is a model hub's name, or a prefix in `s3://{data_bucket}/`."""

    environment: str  # its name, in the names of all its resources
    base_model: str  # the pretrained model that is fine-tuned
    processing_instances: Instances  # of the processing job
    training_instances: Instances  # of the training job
    evaluation_instances: Instances  # of the evaluation job
    endpoint: Endpoint  # its instances, and how it is updated
    capacity: Capacity = field(default_factory=Capacity)  # spot, other types of the training
    scoring: Scoring = field(default_factory=Scoring)  # the instances of batch scoring
    drift: Drift = field(default_factory=Drift)  # whether requests have moved since the training
    region: str = "us-east-1"  # to which it is deployed, regardless of the shell
    account: str = ""  # the only one to which it may be deployed; empty: that of the credentials
    organisation: Organisation = field(default_factory=Organisation)  # names, tags, guards
    budget: Budget = field(default_factory=Budget)  # of a month, with alarms
    github: GitHub = field(default_factory=GitHub)  # whose workflow deploys it
    images: OwnImages = field(default_factory=OwnImages)  # in place of AWS's
    recipe: Recipe = field(default_factory=Recipe)  # the hyperparameters
    shares: Shares = field(default_factory=Shares)  # train, validation, test
    columns: Columns = field(default_factory=Columns)  # of the reviews file
    max_rejected_share: float = 0.1  # of its rows, above which the file is refused
    labels: Labels = field(default_factory=Labels)  # the classes and their ratings
    gate: Gate = field(default_factory=Gate)  # the metrics that a model must reach
    network: Network = field(default_factory=Network)  # of jobs and endpoint
    promotion: Promotion = field(default_factory=Promotion)  # of models to other environments
    approval: bool = False  # whether a person must approve a model before its deployment
    notify: Sequence[str] = ()  # mail addresses that are subscribed to the topic
    schedule: str = ""  # of executions (UTC), such as cron(0 6 ? * MON *)
    scheduled_reviews: str = "reviews/latest.csv"  # the object of the data bucket for these
    waiting: Waiting = field(default_factory=Waiting)  # for jobs, features and approvals
    features_format: str = "csv"  # or parquet
    debugger: bool = False  # hook, system profiler and the ProfilerReport rule
    keep_data: bool = False  # whether resources with data remain after `cdk destroy`

    def __post_init__(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise unknown_environment(self.environment)
        self._check_region()
        if self.account and not re.fullmatch("[0-9]{12}", self.account):
            raise SettingsError(name="account", value=self.account, allowed="12 digits, or empty")
        if not (_PREFIX.fullmatch(self.base_model) or is_model_name(self.base_model)):
            allowed = "a name, such as roberta-base, or s3://BUCKET/PREFIX/ of the model's files"
            raise SettingsError(name="base_model", value=self.base_model, allowed=allowed)
        if self.network.closed and not self.base_model.startswith("s3://"):
            allowed = "an s3:// prefix, since the network cannot reach a model hub"
            raise SettingsError(name="base_model", value=self.base_model, allowed=allowed)
        if self.features_format not in ("csv", "parquet"):
            raise SettingsError(
                name="features_format", value=self.features_format, allowed="csv, parquet"
            )
        check_range("max_rejected_share", self.max_rejected_share, 0, 1)
        check_emails("notify", self.notify)
        # The largest share of n classes is 1/n at least: a lower limit would always alarm.
        least_share = round(1 / len(self.labels.classes), 2)
        check_range("endpoint.max_class_share", self.endpoint.max_class_share, least_share, 1)
        if self.recipe.star_spread and not self.labels.are_ordered:
            allowed = "0, since ratings that are texts have no neighbours"
            raise SettingsError(
                name="recipe.star_spread", value=self.recipe.star_spread, allowed=allowed
            )
        self._check_columns()
        self._check_organisation()
        self._check_instances()
        self._check_schedule()
        self._check_fallback_types()
        self._check_drift()
        self.every_image()

    def image_of_processing(self) -> Image:
        return self._image(images.PROCESSING, self.processing_instances.instance_type)

    def image_of_drift(self) -> Image:
        """The image of the preparation, which has SciPy."""
        return self._image(images.PROCESSING, self.drift.instances.instance_type)

    def image_of_training(self) -> Image:
        return self._image(images.TRAINING, self.training_instances.instance_type)

    def image_of_evaluation(self) -> Image:
        """The training image, which has PyTorch, for the instances of the evaluation."""
        return self._image(images.TRAINING, self.evaluation_instances.instance_type)

    def image_of_serving(self) -> Image:
        return self._image(images.SERVING, self.endpoint.instance_type)

    def every_image(self) -> Mapping[str, Image]:
        """Job → image. Raises SettingsError for instances or a region without an image."""
        return {
            "processing": self.image_of_processing(),
            "training": self.image_of_training(),
            "evaluation": self.image_of_evaluation(),
            "serving": self.image_of_serving(),
        }

    def _image(self, job: str, instance_type: str) -> Image:
        return images.choose(job, instance_type, self.region, getattr(self.images, job))

    def _check_region(self) -> None:
        if self.region not in REGIONS:
            raise SettingsError(name="region", value=self.region, allowed=", ".join(REGIONS))
        if self.has_budget and self.region in WITHOUT_BUDGETS:
            allowed = f"0 in {self.region}, where CloudFormation makes no budgets"
            value = self.budget.monthly_usd
            raise SettingsError(name="budget.monthly_usd", value=value, allowed=allowed)

    def _check_columns(self) -> None:
        """As Prepare checks those of an execution's input."""
        for role in COLUMNS:
            name = getattr(self.columns, role)
            if name and not (name.strip() and is_line(name, LONGEST_ARGUMENT)):
                allowed = f"a column's name in one line, of at most {LONGEST_ARGUMENT} characters"
                raise SettingsError(name=f"columns.{role}", value=name, allowed=allowed)
        rating = self.columns.rating
        if rating in (self.columns.text, self.columns.title):
            allowed = "another column than those of text and title"
            raise SettingsError(name="columns.rating", value=rating, allowed=allowed)

    def _check_organisation(self) -> None:
        prefix = self.organisation.prefix
        if len(self.name) > LONGEST_NAME:
            most = LONGEST_NAME - len(environment_name("", self.environment))
            allowed = f"at most {most} characters, for the names of buckets and jobs"
            raise SettingsError(name="organisation.prefix", value=prefix, allowed=allowed)
        if found := set(prefix.split("-")[1:]).intersection(ENVIRONMENTS):
            # All that begins with the name of an environment is its own, and is deleted with it.
            allowed = f"a prefix without the word {found.pop()} behind a hyphen"
            raise SettingsError(name="organisation.prefix", value=prefix, allowed=allowed)
        key = self.organisation.kms_key
        if key and self.organisation.region_of_key != self.region:
            allowed = f"a key in {self.region}, the region of the settings"
            raise SettingsError(name="organisation.kms_key", value=key, allowed=allowed)

    def _check_instances(self) -> None:
        """Refuses several instances for the evaluation, and what serverless endpoints exclude:
        https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""
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

    def _check_fallback_types(self) -> None:
        """The job's request is the same but for the type: its image, and the key of its volume."""
        first, image = self.training_instances, self.image_of_training()
        for at, wanted in enumerate(self.capacity.fallback_types):
            other = replace(first, instance_type=wanted)
            is_same = self._image(images.TRAINING, wanted) == image
            is_new = wanted not in (first.instance_type, *self.capacity.fallback_types[:at])
            if not (is_new and is_same and other.has_local_disk == first.has_local_disk):
                allowed = (
                    f"another type that trains like {first.instance_type}: with the same image, "
                    f"and {'also' if first.has_local_disk else 'neither'} with local disks"
                )
                name = "capacity.fallback_types"
                raise SettingsError(name=name, value=wanted, allowed=allowed)

    def _check_schedule(self) -> None:
        check_schedule("schedule", self.schedule)
        key = self.scheduled_reviews
        is_key = key.strip() and is_line(key, _LONGEST_KEY) and not key.startswith(("/", "s3:"))
        if not is_key:
            allowed = "the key of an object in the data bucket"
            raise SettingsError(name="scheduled_reviews", value=key, allowed=allowed)

    def _check_drift(self) -> None:
        """Refuses settings of drift where no requests are captured, which leaves nothing to
        compare."""
        if self.has_drift:
            self.image_of_drift()
            return
        rule = "while endpoint.capture_percent is 0, since no requests are captured"
        if self.drift.schedule:
            allowed = f"empty {rule}"
            raise SettingsError(name="drift.schedule", value=self.drift.schedule, allowed=allowed)
        if self.drift.retrain:
            raise SettingsError(name="drift.retrain", value=True, allowed=f"False {rule}")

    @property
    def has_drift(self) -> bool:
        """Whether there are reports about drift."""
        return self.endpoint.capture_percent > 0

    @property
    def has_budget(self) -> bool:
        """Whether there is a budget: an amount, and somebody who hears of it."""
        return self.budget.monthly_usd > 0 and bool(self.notify or self.budget.emails)

    @property
    def name(self) -> str:
        """The name of the state machine, the model group, the endpoint and the workgroup."""
        return environment_name(self.organisation.prefix, self.environment)

    @property
    def catalog_name(self) -> str:
        """The Glue database; in Athena names with hyphens would need quotes."""
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
