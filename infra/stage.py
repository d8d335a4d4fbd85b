"""One environment: its stacks, each after those that it depends on."""

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from contract.names import ENVIRONMENT_TAG
from infra.instance_check import check_instance_types
from infra.settings import Settings
from infra.stacks import FeaturesStack, PipelineStack, StorageStack


class ReviewsStage(Stage):
    """Stacks reviews-{environment}-Storage, -Features and -Pipeline."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        check_instance_types(settings)
        # The region is fixed, since the images depend on it. Without an account in the settings,
        # CDK deploys to that of the credentials.
        env = Environment(account=settings.account or None, region=settings.region)
        super().__init__(scope, settings.name, env=env)
        keep = settings.keep_data
        first = StorageStack(self, "Storage", settings=settings, termination_protection=keep)
        features = FeaturesStack(
            self, "Features", settings=settings, first=first, termination_protection=keep
        )
        pipeline = PipelineStack(self, "Pipeline", settings=settings, first=first)
        # It writes to the Feature Group, and its cleanup runs before that is deleted.
        pipeline.add_stack_dependency(features)
        Tags.of(self).add(ENVIRONMENT_TAG, settings.environment)
