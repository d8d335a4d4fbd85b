"""One environment: its stacks, each after those that it depends on."""

from collections.abc import Mapping

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from contract.names import ENVIRONMENT_TAG
from infra.boundary import boundary
from infra.feature_store import TAGGED_ONCE
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
        own, chosen = {ENVIRONMENT_TAG: settings.name}, settings.organisation.tags
        self._compose(settings, own, {**chosen, **own})
        for key, value in own.items():
            Tags.of(self).add(key, value)
        for key, value in chosen.items():
            Tags.of(self).add(key, value, exclude_resource_types=[TAGGED_ONCE])

    def _compose(self, settings: Settings, own: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """The stacks have the tags, too, which CDK gives to their resources only.

        That of the Feature Group has no tags that may change (TAGGED_ONCE): CloudFormation gives
        the tags of a stack to all its resources, and replaces those that take them only at first
        (aws-cloudformation/cloudformation-coverage-roadmap, issues 538 and 2270).
        """
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
            tags=own,
        )
        pipeline = PipelineStack(self, "Pipeline", settings=settings, first=first, tags=tags)
        # It writes to the Feature Group, and its cleanup runs before that is deleted.
        pipeline.add_stack_dependency(features)
