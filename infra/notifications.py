"""The topic that people listen to: how executions end, what waits for them, which alarm rings."""

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

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
        for address in settings.notify:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))
