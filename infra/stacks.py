"""The stacks of one environment. They put constructs together and create nothing themselves."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra import requests
from infra.cleanup import Cleanup
from infra.feature_store import FeatureStore
from infra.job_roles import JobRoles
from infra.pipeline_functions import PipelineFunctions
from infra.settings import Settings
from infra.state_machine import PipelineStateMachine, Requests
from infra.storage import Storage


class StorageStack(Stack):
    def __init__(self, scope: Construct, id_: str, *, settings: Settings, **options: Any) -> None:
        super().__init__(scope, id_, **options)
        self.storage = Storage(self, "Storage", settings=settings)


class FeaturesStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, storage: Storage, **options: Any
    ) -> None:
        super().__init__(scope, id_, **options)
        FeatureStore(self, "FeatureStore", settings=settings, storage=storage)


class PipelineStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, storage: Storage, **options: Any
    ) -> None:
        super().__init__(scope, id_, **options)
        roles = JobRoles(self, "JobRoles", settings=settings, storage=storage)
        functions = PipelineFunctions(
            self, "Functions", settings=settings, storage=storage, roles=roles
        )
        pipeline = PipelineStateMachine(
            self,
            "Pipeline",
            settings=settings,
            functions=functions,
            requests=_requests(settings, storage, roles),
        )
        arn = pipeline.state_machine.state_machine_arn
        cleanup = Cleanup(self, "Cleanup", settings=settings, state_machine=arn)
        cleanup.goes_before(pipeline, functions, roles)
        self._say(
            StateMachineArn=arn,
            DataBucket=storage.data.bucket_name,
            ArtefactBucket=storage.artefacts.bucket_name,
            FeatureGroup=settings.name,
            EndpointName=settings.name,
            AthenaWorkGroup=settings.name,
            GlueDatabase=settings.catalog_name,
            GlueTable=settings.catalog_name,
            BaseModel=functions.base_model,
        )

    def _say(self, **outputs: str) -> None:
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def _requests(settings: Settings, storage: Storage, roles: JobRoles) -> Requests:
    key, group = storage.key.key_arn, settings.name
    return Requests(
        processing=requests.fill(
            requests.processing(settings),
            role=roles.processing.role_arn,
            key=key,
            feature_group=group,
        ),
        training=requests.fill(requests.training(settings), role=roles.training.role_arn, key=key),
        # It reads what the training wrote and writes beside it.
        evaluation=requests.fill(
            requests.evaluation(settings), role=roles.training.role_arn, key=key
        ),
        model=requests.fill(requests.model(settings), role=roles.serving.role_arn),
        endpoint_config=requests.fill(requests.endpoint_config(settings), key=key),
    )
