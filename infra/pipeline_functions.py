"""The Lambda functions that the state machines call."""

import json
from dataclasses import asdict
from functools import cached_property
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract.names import function_name
from infra import quotas
from infra.function_permissions import (
    drift,
    endpoint,
    failures,
    features,
    gate,
    idle_endpoint,
    jobs,
    prepare,
    promotion,
    scoring,
    tuning,
)
from infra.function_permissions.resources import Resources
from infra.functions import LONGEST_CALL, Function
from infra.job_roles import JobRoles
from infra.promotion import READERS
from infra.settings import Settings
from infra.storage import Storage

# "At 1,769 MB, a function has the equivalent of one vCPU":
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_MB_OF_A_PROCESSOR = 1769


class PipelineFunctions(Construct):
    """Each function is named after its folder in lambdas/."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        roles: JobRoles,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._storage, self._topic = settings, storage, topic
        self._roles = roles
        self.base_model = settings.base_model.replace("{data_bucket}", storage.data.bucket_name)
        own = Resources(scope=self, settings=settings, storage=storage, topic=topic)
        self._own = own
        self.prepare = self._function("prepare", prepare.prepare(own))
        self.start_processing = self._function(
            "start_processing", jobs.start_processing(own, roles.processing)
        )
        self.check_features = self._function("check_features", features.check_features(own))
        self.start_training = self._function(
            "start_training", jobs.start_training(own, roles.training)
        )
        self.start_tuning = self._function("start_tuning", tuning.start_tuning(own, roles.training))
        self.end_tuning = self._function("end_tuning", tuning.end_tuning(own))
        self.start_evaluation = self._function(
            "start_evaluation", jobs.start_evaluation(own, roles.training)
        )
        self.check_gate = self._function("check_gate", gate.check_gate(own))
        self.register_model = self._function("register_model", gate.register_model(own))
        self.deploy_endpoint = self._function(
            "deploy_endpoint", endpoint.deploy_endpoint(own, roles.serving)
        )
        self.smoke_test = self._function("smoke_test", endpoint.smoke_test(own))
        self.handle_failure = self._function("handle_failure", failures.handle_failure(own))
        # As long as a function may take that starts a job.
        self.stop_jobs = self._function("stop_jobs", failures.stop_jobs(own), timeout=LONGEST_CALL)
        self.start_scoring = self._function(
            "start_scoring", scoring.start_scoring(own, roles.scoring)
        )
        self.end_scoring = self._function("end_scoring", scoring.end_scoring(own))

    @cached_property
    def ask_approval(self) -> lambda_.Function:
        """Created only if the state machine uses it."""
        return self._function("ask_approval", gate.ask_approval(self._own))

    @cached_property
    def scale_endpoint(self) -> lambda_.Function:
        """Created only if the state machine uses it."""
        return self._function("scale_endpoint", endpoint.scale_endpoint(self._own))

    @cached_property
    def copy_model(self) -> lambda_.Function:
        """Created only if the state machine uses it. The artefact passes through it, which takes
        a whole processor: those of Lambda grow with the memory."""
        return self._function(
            "copy_model",
            promotion.copy_model(self._own),
            timeout=LONGEST_CALL,
            memory_mb=_MB_OF_A_PROCESSOR,
        )

    @cached_property
    def start_drift(self) -> lambda_.Function:
        """Created only where requests are captured. It lists the objects of weeks, of which there
        can be hundreds of thousands."""
        return self._function(
            "start_drift",
            drift.start_drift(self._own, self._roles.drift),
            timeout=LONGEST_CALL,
            memory_mb=_MB_OF_A_PROCESSOR,
        )

    @cached_property
    def end_drift(self) -> lambda_.Function:
        """Created only where requests are captured."""
        return self._function("end_drift", drift.end_drift(self._own))

    @cached_property
    def stop_idle_endpoint(self) -> lambda_.Function:
        """Created only where an idle endpoint is stopped."""
        return self._function("stop_idle_endpoint", idle_endpoint.stop_idle_endpoint(self._own))

    @cached_property
    def start_endpoint(self) -> lambda_.Function:
        """Created only where an idle endpoint is stopped."""
        return self._function("start_endpoint", idle_endpoint.start_endpoint(self._own))

    def _function(
        self, folder: str, statements: list[iam.PolicyStatement], **options: Any
    ) -> lambda_.Function:
        settings = self._settings
        is_known = settings.promotion.sources and folder in READERS
        name = function_name(settings.name, folder)
        function = Function(
            self,
            folder.title().replace("_", ""),
            settings=self._settings,
            folder=folder,
            name=name,
            statements=statements,
            key=self._storage.key,
            environment=self._environment(),
            role_name=name if is_known else None,
            **options,
        )
        return function.function

    def _environment(self) -> dict[str, str]:
        """The environment variables that lambdas/shared/environment.py reads."""
        settings, storage = self._settings, self._storage
        return {
            "ENVIRONMENT": settings.environment,
            "NAME": settings.name,
            "DATA_BUCKET": storage.data.bucket_name,
            "ARTEFACT_BUCKET": storage.artefacts.bucket_name,
            "FEATURE_GROUP": settings.feature_group,
            "GLUE_DATABASE": settings.catalog_name,
            "GLUE_TABLE": settings.feature_table,
            "ATHENA_WORKGROUP": settings.name,
            "MODEL_GROUP": settings.name,
            "ENDPOINT_NAME": settings.name,
            "TOPIC": self._topic.topic_arn,
            "BASE_MODEL": self.base_model,
            "COLUMNS": json.dumps(asdict(settings.columns)),
            "MAX_REJECTED_SHARE": str(settings.max_rejected_share),
            "LABELS": settings.labels.argument,
            "TRAINING": json.dumps(asdict(settings.recipe)),
            "QUOTAS": quotas.for_functions(settings),
        }
