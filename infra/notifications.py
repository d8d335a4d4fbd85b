"""The topic for ends of executions, approvals and alarms."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.key_policy import BUDGETS
from infra.permissions import arn
from infra.settings import Settings
from infra.storage import Storage


class Notifications(Construct):
    def __init__(self, scope: Construct, id_: str, *, settings: Settings, storage: Storage) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=settings.name,
            display_name=settings.name,
            enforce_ssl=True,
            master_key=storage.key,
        )
        self._let_alarms_publish(settings)
        if settings.has_budget:
            self._let_budgets_publish()
        for address in settings.notify:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))

    def _let_alarms_publish(self, settings: Settings) -> None:
        """The policy that `enforce_ssl` creates replaces the default one, by which CloudWatch may
        publish: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
        """
        alarms = arn(self, "cloudwatch", f"alarm:{settings.name}-*")
        self._let_publish("cloudwatch.amazonaws.com", alarms)

    def _let_budgets_publish(self) -> None:
        """https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html"""
        self._let_publish(BUDGETS, f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*")

    def _let_publish(self, service: str, source: str) -> None:
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": source},
                },
            )
        )
