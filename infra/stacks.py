"""The stacks of one environment. They compose constructs and create no resources themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract import s3_keys
from contract.names import drift_name
from infra import requests
from infra.budget import MonthlyBudget
from infra.cleanup import Cleanup
from infra.drift import DriftAlarms, DriftStateMachine
from infra.ended_executions import EndedExecutions
from infra.feature_store import FeatureStore
from infra.idle_endpoint import IdleEndpoint
from infra.job_roles import JobRoles
from infra.job_state_machine import JobStateMachine
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
        if settings.has_budget:
            MonthlyBudget(self, "MonthlyBudget", settings=settings, topic=topic)
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
        drift: list[DriftStateMachine] = []
        if settings.has_drift:
            drift.append(self._drift(settings, storage, functions, fill, roles.drift, topic))
        machines: list[PipelineStateMachine | JobStateMachine] = [pipeline, scoring, *drift]
        cleanup = Cleanup(
            self,
            "Cleanup",
            settings=settings,
            storage=storage,
            state_machines=[machine.state_machine.state_machine_arn for machine in machines],
            security_groups=network.security_groups,
        )
        cleanup.delete_before(*machines, functions, roles, registry, monitoring, network)
        self._watch_ends(settings, functions, machines, cleanup)
        self._add_schedules(settings, storage, first.roles, [pipeline, *drift], cleanup)
        self._add_idle_endpoint(settings, functions, first.roles, cleanup)
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

    def _drift(
        self,
        settings: Settings,
        storage: Storage,
        functions: PipelineFunctions,
        fill: Fill,
        role: iam.IRole,
        topic: sns.ITopic,
    ) -> DriftStateMachine:
        """The comparison of requests with the baseline, and its alarms."""
        drift = DriftStateMachine(
            self,
            "Drift",
            settings=settings,
            functions=functions,
            storage=storage,
            request=fill(requests.drift(settings), role),
            new_run=_scheduled_run(settings, storage) if settings.drift.retrain else {},
        )
        DriftAlarms(
            self, "DriftAlarms", settings=settings, machine=drift.state_machine, topic=topic
        )
        return drift

    def _watch_ends(
        self,
        settings: Settings,
        functions: PipelineFunctions,
        machines: Sequence[PipelineStateMachine | JobStateMachine],
        cleanup: Cleanup,
    ) -> None:
        """The rule is deleted before the cleanup begins, which stops executions and jobs itself."""
        rule = EndedExecutions(
            self,
            "EndedExecutions",
            settings=settings,
            machines=[machine.state_machine for machine in machines],
            function=functions.stop_jobs,
        )
        rule.node.add_dependency(cleanup)

    def _add_schedules(
        self,
        settings: Settings,
        storage: Storage,
        roles: ServiceRoles,
        machines: Sequence[PipelineStateMachine | DriftStateMachine],
        cleanup: Cleanup,
    ) -> None:
        """Adds the schedules. They are deleted before the cleanup begins, so that no execution
        starts meanwhile."""
        pipeline, *drift = (machine.state_machine for machine in machines)
        schedules = []
        if roles.schedule:
            schedule = Schedule(
                self,
                "Schedule",
                name=settings.name,
                expression=settings.schedule,
                target=pipeline.state_machine_arn,
                role=roles.schedule,
                given=_scheduled_run(settings, storage),
            )
            schedules.append(schedule)
        if roles.drift_schedule:
            schedule = Schedule(
                self,
                "DriftSchedule",
                name=drift_name(settings.name),
                expression=settings.drift.schedule,
                target=drift[0].state_machine_arn,
                role=roles.drift_schedule,
                given={},
            )
            schedules.append(schedule)
        for schedule in schedules:
            schedule.node.add_dependency(cleanup)

    def _add_idle_endpoint(
        self,
        settings: Settings,
        functions: PipelineFunctions,
        roles: ServiceRoles,
        cleanup: Cleanup,
    ) -> None:
        """Deleted before the cleanup begins, so that no endpoint is started meanwhile."""
        if roles.endpoint_schedule:
            idle = IdleEndpoint(
                self,
                "IdleEndpoint",
                settings=settings,
                stop=functions.stop_idle_endpoint,
                start=functions.start_endpoint,
                role=roles.endpoint_schedule,
            )
            idle.node.add_dependency(cleanup)

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


def _scheduled_run(settings: Settings, storage: Storage) -> dict[str, str]:
    """The input of a run that nobody starts by hand."""
    return {"reviews": storage.data.s3_url_for_object(settings.scheduled_reviews)}


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
