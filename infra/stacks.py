"""The stacks of one environment. They compose constructs and create no resources themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract import s3_keys
from infra import requests
from infra.cleanup import Cleanup
from infra.feature_store import FeatureStore
from infra.job_roles import JobRoles
from infra.model_registry import ModelRegistry
from infra.monitoring import Monitoring
from infra.network import Network
from infra.notifications import Notifications
from infra.pipeline_functions import PipelineFunctions
from infra.promotion import PromotionRole
from infra.schedule import Schedule
from infra.scoring import ScoringStateMachine
from infra.service_roles import ServiceRoles
from infra.settings import Settings
from infra.state_machine import PipelineStateMachine
from infra.steps.context import Requests
from infra.storage import Storage

Fill = Callable[[requests.Request, iam.IRole], requests.Request]


class StorageStack(Stack):
    def __init__(self, scope: Construct, id_: str, *, settings: Settings, **options: Any) -> None:
        super().__init__(scope, id_, **options)
        self.storage = Storage(self, "Storage", settings=settings)
        self.roles = ServiceRoles(self, "ServiceRoles", settings=settings, storage=self.storage)


class FeaturesStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, first: StorageStack, **options: Any
    ) -> None:
        super().__init__(scope, id_, **options)
        FeatureStore(
            self,
            "FeatureStore",
            settings=settings,
            storage=first.storage,
            role=first.roles.feature_store,
        )


class PipelineStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, first: StorageStack, **options: Any
    ) -> None:
        super().__init__(scope, id_, **options)
        storage, flow_logs = first.storage, first.roles.flow_logs
        network = Network(self, "Network", settings=settings, storage=storage, flow_logs=flow_logs)
        roles = JobRoles(self, "JobRoles", settings=settings, storage=storage)
        registry = ModelRegistry(self, "Registry", settings=settings)
        if settings.promotion.targets:
            PromotionRole(self, "Promotion", settings=settings, storage=storage)
        topic = Notifications(self, "Notifications", settings=settings, storage=storage).topic
        monitoring = Monitoring(self, "Monitoring", settings=settings, storage=storage, topic=topic)
        functions = PipelineFunctions(
            self, "Functions", settings=settings, storage=storage, roles=roles, topic=topic
        )
        fill = _filling(settings, storage, network)
        pipeline = PipelineStateMachine(
            self,
            "Pipeline",
            settings=settings,
            functions=functions,
            requests=_requests(settings, fill, roles, monitoring.rollback_alarms),
            storage=storage,
            topic=topic,
        )
        scoring = self._scoring(settings, storage, functions, fill, roles.scoring)
        monitoring.add_state_machine(pipeline.state_machine)
        arn = pipeline.state_machine.state_machine_arn
        cleanup = Cleanup(
            self,
            "Cleanup",
            settings=settings,
            storage=storage,
            state_machines=[arn, scoring.state_machine.state_machine_arn],
            security_groups=network.security_groups,
        )
        cleanup.delete_before(pipeline, scoring, functions, roles, registry, monitoring, network)
        if first.roles.schedule:
            Schedule(
                self,
                "Schedule",
                settings=settings,
                storage=storage,
                machine=pipeline.state_machine,
                role=first.roles.schedule,
            ).node.add_dependency(cleanup)  # deleted first, so that no execution starts meanwhile
        self._add_outputs(
            settings, storage, topic, state_machine=arn, base_model=functions.base_model
        )

    def _scoring(
        self,
        settings: Settings,
        storage: Storage,
        functions: PipelineFunctions,
        fill: Fill,
        role: iam.IRole,
    ) -> ScoringStateMachine:
        return ScoringStateMachine(
            self,
            "Scoring",
            settings=settings,
            functions=functions,
            storage=storage,
            model=fill(requests.scoring_model(settings), role),
            transform=fill(requests.transform(settings), role),
        )

    def _add_outputs(
        self,
        settings: Settings,
        storage: Storage,
        topic: sns.ITopic,
        *,
        state_machine: str,
        base_model: str,
    ) -> None:
        """The outputs, by which `reviews` finds the resources of the environment."""
        outputs = {
            "StateMachineArn": state_machine,
            "DataBucket": storage.data.bucket_name,
            "ArtefactBucket": storage.artefacts.bucket_name,
            "FeatureGroup": settings.feature_group,
            "ModelPackageGroup": settings.name,
            "EndpointName": settings.name,
            "TopicArn": topic.topic_arn,
            "AthenaWorkGroup": settings.name,
            "GlueDatabase": settings.catalog_name,
            "GlueTable": settings.feature_table,
            "BaseModel": base_model,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def _requests(settings: Settings, fill: Fill, roles: JobRoles, alarms: Sequence[str]) -> Requests:
    return Requests(
        processing=fill(requests.processing(settings), roles.processing),
        training=fill(requests.training(settings), roles.training),
        # It reads the output of the training and writes to the same run.
        evaluation=fill(requests.evaluation(settings), roles.training),
        model_package=requests.model_package(settings),
        model=fill(requests.model(settings), roles.serving),
        endpoint_config=fill(requests.endpoint_config(settings), roles.serving),
        update=requests.update(settings, alarms),
    )


def _filling(settings: Settings, storage: Storage, network: Network) -> Fill:
    """Fills a request with what is known at synth, and with the role of its job or model."""
    lists = {"subnets": network.subnets, "security_groups": network.security_groups}
    values = {
        "key": storage.key.key_arn,
        "feature_group": settings.feature_group,
        "wheels": storage.data.s3_url_for_object(settings.network.wheels),
        "capture": storage.artefacts.s3_url_for_object(s3_keys.CAPTURE),
    }
    return lambda request, role: requests.fill(request, lists=lists, role=role.role_arn, **values)
