"""The model package group, in which every trained model is registered as a version."""

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.removal import removal_policy
from infra.settings import Settings


class ModelRegistry(Construct):
    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self.group = sagemaker.CfnModelPackageGroup(
            self,
            "Group",
            model_package_group_name=settings.name,
            model_package_group_description=f"Review classifiers of {settings.environment}",
        )
        self.group.apply_removal_policy(removal_policy(settings))
