"""What each function of the state machine is told and allowed."""

import json
from dataclasses import asdict
from functools import cached_property

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra import quotas
from infra.functions import Function
from infra.job_roles import JobRoles
from infra.permissions import (
    allow,
    arn,
    may_look_at_alarms,
    may_stop_scaling,
    model_package_arns,
)
from infra.settings import Settings
from infra.storage import Storage


class PipelineFunctions(Construct):
    """The functions, by the step that calls them."""

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
        self.base_model = settings.base_model.replace("{data_bucket}", storage.data.bucket_name)
        self.prepare = self._function("Prepare", "prepare", self._may_prepare())
        self.start_processing = self._function(
            "StartProcessing", "start_processing", self._may_start("processing", roles.processing)
        )
        self.check_features = self._function(
            "CheckFeatures", "check_features", self._may_count_features()
        )
        self.start_training = self._function(
            "StartTraining", "start_training", self._may_start("training", roles.training)
        )
        self.start_evaluation = self._function(
            "StartEvaluation",
            "start_evaluation",
            [*self._may_start("processing", roles.training), *self._may_find_champion()],
        )
        self.check_gate = self._function("CheckGate", "check_gate", self._may_read_evaluations())
        self.register_model = self._function(
            "RegisterModel", "register_model", self._may_register()
        )
        self.deploy_endpoint = self._function(
            "DeployEndpoint", "deploy_endpoint", self._may_deploy(roles.serving)
        )
        self.smoke_test = self._function(
            "SmokeTest", "smoke_test", [*self._may_invoke(), *self._may_read_evaluations()]
        )
        self.handle_failure = self._function(
            "HandleFailure", "handle_failure", self._may_handle_failures()
        )

    @cached_property
    def ask_approval(self) -> lambda_.Function:
        """Made where the state machine uses it."""
        statements = [*self._may_record("approval"), self._may_tell()]
        return self._function("AskApproval", "ask_approval", statements)

    @cached_property
    def scale_endpoint(self) -> lambda_.Function:
        """Made where the state machine uses it."""
        return self._function("ScaleEndpoint", "scale_endpoint", self._may_scale())

    def _function(
        self, id_: str, folder: str, statements: list[iam.PolicyStatement]
    ) -> lambda_.Function:
        settings, storage = self._settings, self._storage
        function = Function(
            self,
            id_,
            folder=folder,
            name=f"{settings.name}-{folder.replace('_', '-')}",
            statements=statements,
            key=storage.key,
            timeout=Duration.minutes(2),
            environment={
                "ENVIRONMENT": settings.environment,
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
            },
        )
        return function.function

    def _may_prepare(self) -> list[iam.PolicyStatement]:
        data, artefacts = self._storage.data, self._storage.artefacts
        return [
            # With ListBucket a missing object answers 404 and not 403.
            allow("s3:ListBucket", on=[data.bucket_arn, artefacts.bucket_arn]),
            allow("s3:GetObject", on=[data.arn_for_objects("*")]),
            allow("s3:GetObject", "s3:PutObject", on=[artefacts.arn_for_objects("code/*")]),
            allow(
                "s3:GetObject", "s3:PutObject", on=[artefacts.arn_for_objects("runs/*/run.json")]
            ),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
            # Lists of quotas know no resources.
            allow(
                "servicequotas:ListServiceQuotas",
                "servicequotas:ListAWSDefaultServiceQuotas",
                on=["*"],
            ),
            # Whether there is an endpoint that this run will update.
            allow(
                "sagemaker:DescribeEndpoint",
                on=[arn(self, "sagemaker", f"endpoint/{self._settings.name}")],
            ),
        ]

    def _may_start(self, kind: str, role: iam.IRole) -> list[iam.PolicyStatement]:
        """`kind`: processing or training."""
        actions = (f"sagemaker:{verb}{kind.capitalize()}Job" for verb in ("Create", "Describe"))
        jobs = arn(self, "sagemaker", f"{kind}-job/{self._settings.name}-*")
        return [allow(*actions, "sagemaker:AddTags", on=[jobs]), *self._may_hand_over(role)]

    def _may_count_features(self) -> list[iam.PolicyStatement]:
        """To read one table: of the managed policy AmazonAthenaFullAccess (v15, 2026-02-12) what
        reads the catalog and handles results. AWS's page on access to the catalog
        (https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html)
        wants the database `default` to be readable, too."""
        name, catalog = self._settings.name, self._settings.catalog_name
        artefacts = self._storage.artefacts
        return [
            allow(
                "athena:StartQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                on=[arn(self, "athena", f"workgroup/{name}")],
            ),
            allow(
                "glue:GetDatabase",
                "glue:GetDatabases",
                "glue:GetTable",
                "glue:GetTables",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:BatchGetPartition",
                on=[
                    arn(self, "glue", "catalog"),
                    arn(self, "glue", "database/default"),
                    arn(self, "glue", f"database/{catalog}"),
                    arn(self, "glue", f"table/{catalog}/{self._settings.feature_table}"),
                ],
            ),
            allow(
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:ListBucketMultipartUploads",
                on=[artefacts.bucket_arn],
            ),
            allow(
                "s3:GetObject",
                on=[
                    artefacts.arn_for_objects("runs/*"),
                    artefacts.arn_for_objects("feature-store/*"),
                ],
            ),
            allow(
                "s3:GetObject",
                "s3:PutObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
                on=[artefacts.arn_for_objects("athena/*")],
            ),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def _may_deploy(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        name = self._settings.name
        return [
            allow(
                "sagemaker:CreateModel",
                "sagemaker:DescribeModel",
                "sagemaker:AddTags",
                on=[arn(self, "sagemaker", f"model/{name}-*")],
            ),
            allow(
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:AddTags",
                on=[arn(self, "sagemaker", f"endpoint-config/{name}-*")],
            ),
            # To create or update an endpoint is an action on its configuration, too.
            allow(
                "sagemaker:CreateEndpoint",
                "sagemaker:UpdateEndpoint",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",  # one that never came into service
                "sagemaker:AddTags",
                "sagemaker:ListTags",
                on=[
                    arn(self, "sagemaker", f"endpoint/{name}"),
                    arn(self, "sagemaker", f"endpoint-config/{name}-*"),
                ],
            ),
            *may_stop_scaling(self, name),
            self._may_look_at_executions(),
            *self._may_hand_over(role),
        ]

    def _may_scale(self) -> list[iam.PolicyStatement]:
        """Application Auto Scaling acts with the caller's permissions to see that it may scale:
        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"""
        name = self._settings.name
        linked_role = (
            "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        )
        return [
            allow(
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:PutScalingPolicy",
                on=[arn(self, "application-autoscaling", "scalable-target/*")],
            ),
            allow(
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:UpdateEndpointWeightsAndCapacities",
                on=[
                    arn(self, "sagemaker", f"endpoint/{name}"),
                    arn(self, "sagemaker", f"endpoint-config/{name}-*"),
                ],
            ),
            allow(
                "cloudwatch:PutMetricAlarm",
                on=[arn(self, "cloudwatch", f"alarm:TargetTracking-endpoint/{name}/*")],
            ),
            may_look_at_alarms(),
            iam.PolicyStatement(
                actions=["iam:CreateServiceLinkedRole"],
                resources=[f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{linked_role}"],
                conditions={
                    "StringEquals": {
                        "iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"
                    }
                },
            ),
        ]

    def _may_find_champion(self) -> list[iam.PolicyStatement]:
        name, artefacts = self._settings.name, self._storage.artefacts
        return [
            allow(
                "sagemaker:ListModelPackages",
                "sagemaker:DescribeModelPackage",
                on=model_package_arns(self, name),
            ),
            # Whether its artefact is still there.
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow("s3:GetObject", on=[artefacts.arn_for_objects("runs/*/training/*")]),
        ]

    def _may_register(self) -> list[iam.PolicyStatement]:
        """CreateModelPackage and, since SageMaker may look at the artefact and the image as its
        caller, what AWS's managed policy for the registry allows beside it:
        AmazonSageMakerModelRegistryFullAccess, v2 of 2024-06-06."""
        name, artefacts = self._settings.name, self._storage.artefacts
        return [
            allow(
                "sagemaker:CreateModelPackage",
                "sagemaker:AddTags",
                on=model_package_arns(self, name),
            ),
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow(
                "s3:GetObject",
                on=[
                    artefacts.arn_for_objects("runs/*/training/*"),
                    artefacts.arn_for_objects("runs/*/evaluation/*"),
                ],
            ),
            allow("kms:Decrypt", on=[self._storage.key.key_arn]),
            allow(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                on=[self._settings.image_of_serving().repository_arn],
            ),
        ]

    def _may_invoke(self) -> list[iam.PolicyStatement]:
        endpoint = arn(self, "sagemaker", f"endpoint/{self._settings.name}")
        return [allow("sagemaker:InvokeEndpoint", on=[endpoint])]

    def _may_handle_failures(self) -> list[iam.PolicyStatement]:
        name = self._settings.name
        return [
            allow(
                "sagemaker:StopProcessingJob",
                on=[arn(self, "sagemaker", f"processing-job/{name}-*")],
            ),
            allow(
                "sagemaker:StopTrainingJob", on=[arn(self, "sagemaker", f"training-job/{name}-*")]
            ),
            *self._may_record("failure"),
            self._may_tell(),
        ]

    def _may_read_evaluations(self) -> list[iam.PolicyStatement]:
        reports = self._storage.artefacts.arn_for_objects("runs/*/evaluation/*")
        return [
            allow("s3:GetObject", on=[reports]),
            allow("kms:Decrypt", on=[self._storage.key.key_arn]),
        ]

    def _may_record(self, what: str) -> list[iam.PolicyStatement]:
        """Write one document of a run. The key is also that of the topic."""
        document = self._storage.artefacts.arn_for_objects(f"runs/*/{what}.json")
        return [
            allow("s3:PutObject", on=[document]),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def _may_tell(self) -> iam.PolicyStatement:
        return allow("sns:Publish", on=[self._topic.topic_arn])

    def _may_look_at_executions(self) -> iam.PolicyStatement:
        executions = arn(self, "states", f"execution:{self._settings.name}:*")
        return allow("states:DescribeExecution", on=[executions])

    def _may_hand_over(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        """The role to SageMaker, and the use of the key for its volumes."""
        return [
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
            allow("kms:CreateGrant", "kms:DescribeKey", on=[self._storage.key.key_arn]),
        ]
