"""The facade of the client: an environment, with an object for each subject.

    environment = Environment("dev")
    environment.runs.latest(5)
    environment.endpoint.predict(["Soft, warm and true to size."])
    environment.features.query("SELECT count(*) FROM reviews_dev")

Nothing prints or asks questions. All errors are ReviewsError, or those of boto3.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from reviews.client.aws import alarms, base_model
from reviews.client.aws.alarms import Alarm
from reviews.client.aws.connection import Connection
from reviews.client.checks.examination import examine
from reviews.client.checks.findings import Finding
from reviews.client.cost import asked_prices, refreshing
from reviews.client.cost.estimate import Assumptions, Estimate, estimate
from reviews.client.cost.refreshing import Refreshed
from reviews.client.drift.drift import Drift
from reviews.client.endpoint.endpoint import Endpoint
from reviews.client.features.feature_store import FeatureStore
from reviews.client.files import storage
from reviews.client.promotion.models import Models
from reviews.client.runs.runs import Runs
from reviews.client.scoring.scorings import Scorings


class Environment(Connection):
    """`runs`, `endpoint`, `models`, `features`, `drift` and `scorings` read the outputs of the
    Pipeline stack on first use.

    Raises NotDeployed where there is no such stack, and NotRunning for `local` while no embedded
    AWS runs.
    """

    @cached_property
    def runs(self) -> Runs:
        return Runs(self)

    @cached_property
    def endpoint(self) -> Endpoint:
        return Endpoint(self)

    @cached_property
    def features(self) -> FeatureStore:
        return FeatureStore(self)

    @cached_property
    def drift(self) -> Drift:
        return Drift(self)

    @cached_property
    def models(self) -> Models:
        return Models(self)

    @cached_property
    def scorings(self) -> Scorings:
        return Scorings(self)

    def upload_reviews(self, file: Path) -> str:
        """Uploads a file of reviews to the data bucket; returns its s3:// URI.

        Raises InvalidArgument when there is no such file. It does not examine the file, as
        run_input.with_reviews does.
        """
        return storage.upload_reviews(self.client("s3"), file, self.outputs.data_bucket)

    def upload_base_model(self) -> str:
        """Uploads the installed base model if the settings want it in S3; returns its s3:// prefix.

        Empty, and nothing is uploaded, for other base models. Raises InvalidArgument when the model
        is not installed.
        """
        return base_model.upload(self)

    def examine(self) -> Iterator[Finding]:
        """The checks of `reviews doctor`, the cheapest first."""
        return examine(self)

    def alarms(self) -> list[Alarm]:
        """The environment's alarms in CloudWatch, by name."""
        return alarms.find(self)

    def estimate(self, assumptions: Assumptions) -> Estimate:
        """The costs of a month in USD. Raises PriceMissing."""
        return estimate(self.settings, assumptions, asked_prices.load(self.settings.region))

    def refresh_prices(self) -> Refreshed:
        """Asks AWS for its prices in the region of the environment, and keeps them.

        Raises InvalidArgument for an environment that is not on AWS, and PriceMissing.
        """
        return refreshing.refresh(self)
