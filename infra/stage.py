"""One environment: its stacks, each after those that it depends on."""

from collections.abc import Mapping

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from contract.names import ENVIRONMENT_TAG
from infra.boundary import boundary
from infra.instance_check import check_instance_types
from infra.settings import Settings
from infra.stacks import FeaturesStack, PipelineStack, StorageStack


class ReviewsStage(Stage):
    """Stacks {name}-Storage, -Features and -Pipeline, such as reviews-dev-Storage."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        check_instance_types(settings)
        # The region is fixed, since the images depend on it. Without an account in the settings,
        # CDK deploys to that of the credentials.
        env = Environment(account=settings.account or None, region=settings.region)
        super().__init__(scope, settings.name, env=env, permissions_boundary=boundary(settings))
        tags = {**settings.organisation.tags, ENVIRONMENT_TAG: settings.name}
        self._compose(settings, tags)
        for key, value in tags.items():
            Tags.of(self).add(key, value)

    def _compose(self, settings: Settings, tags: Mapping[str, str]) -> None:
        """The stacks have the tags, too, which CDK gives to their resources only."""
        keep = settings.keep_data
        first = StorageStack(
            self, "Storage", settings=settings, termination_protection=keep, tags=tags
        )
        features = FeaturesStack(
            self,
            "Features",
            settings=settings,
            first=first,
            termination_protection=keep,
            tags=tags,
        )
        pipeline = PipelineStack(self, "Pipeline", settings=settings, first=first, tags=tags)
        # It writes to the Feature Group, and its cleanup runs before that is deleted.
        pipeline.add_stack_dependency(features)
