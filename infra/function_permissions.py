"""The permissions of each function of the state machine: the calls that its code makes."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract import s3_keys
from contract.steps import JobKind
from infra.permissions import (
    allow,
    arn,
    may_deregister_scaling,
    may_describe_alarms,
    model_package_arns,
)
from infra.settings import Settings
from infra.storage import Storage


class FunctionPermissions:
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def __init__(
        self, scope: Construct, *, settings: Settings, storage: Storage, topic: sns.ITopic
    ) -> None:
        self._scope, self._settings = scope, settings
        self._storage, self._topic = storage, topic

    def prepare(self) -> list[iam.PolicyStatement]:
        data, artefacts = self._storage.data, self._storage.artefacts
        return [
            # With ListBucket a missing object answers 404 and not 403.
            allow("s3:ListBucket", on=[data.bucket_arn, artefacts.bucket_arn]),
            allow("s3:GetObject", on=[data.arn_for_objects("*")]),
            allow("s3:GetObject", "s3:PutObject", on=[self._objects(s3_keys.CODE)]),
            allow("s3:GetObject", "s3:PutObject", on=[self._document(s3_keys.RUN)]),
            allow("s3:GetObject", on=[self._objects(s3_keys.REUSE)]),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
            # The lists of quotas have no resource types.
            allow(
                "servicequotas:ListServiceQuotas",
                "servicequotas:ListAWSDefaultServiceQuotas",
                on=["*"],
            ),
            # To see whether there is an endpoint that the run will update.
            allow(
                "sagemaker:DescribeEndpoint",
                on=[arn(self._scope, "sagemaker", f"endpoint/{self._settings.name}")],
            ),
        ]

    def start_job(self, kind: JobKind, role: iam.IRole) -> list[iam.PolicyStatement]:
        job = f"{kind.title}Job"
        actions = (f"sagemaker:{verb}{job}" for verb in ("Create", "Describe"))
        jobs = arn(self._scope, "sagemaker", f"{kind.value}-job/{self._settings.name}-*")
        return [allow(*actions, "sagemaker:AddTags", on=[jobs]), *self._may_pass_role(role)]

    def check_features(self) -> list[iam.PolicyStatement]:
        """To count the rows of a table: the part of the managed policy AmazonAthenaFullAccess (v15
        of 2026-02-12) that reads the catalog and handles results."""
        workgroup = arn(self._scope, "athena", f"workgroup/{self._settings.name}")
        return [
            allow(
                "athena:StartQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                on=[workgroup],
            ),
            self._may_read_catalog(),
            *self._may_use_query_results(),
            allow("s3:PutObject", on=[self._objects(s3_keys.REUSE)]),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def _may_read_catalog(self) -> iam.PolicyStatement:
        """Athena needs to read the database `default`, too:
        https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html"""
        catalog = self._settings.catalog_name
        resources = (
            "catalog",
            "database/default",
            f"database/{catalog}",
            f"table/{catalog}/{self._settings.feature_table}",
        )
        return allow(
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:BatchGetPartition",
            on=[arn(self._scope, "glue", resource) for resource in resources],
        )

    def _may_use_query_results(self) -> list[iam.PolicyStatement]:
        """Read the offline store and the reports of runs; read and write the results of queries."""
        artefacts = self._storage.artefacts
        return [
            allow(
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:ListBucketMultipartUploads",
                on=[artefacts.bucket_arn],
            ),
            allow(
                "s3:GetObject",
                on=[self._objects(s3_keys.RUNS), self._objects(s3_keys.FEATURE_STORE)],
            ),
            allow(
                "s3:GetObject",
                "s3:PutObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
                on=[self._objects(s3_keys.ATHENA)],
            ),
        ]

    def deploy_endpoint(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        name = self._settings.name
        return [
            allow(
                "sagemaker:CreateModel",
                "sagemaker:DescribeModel",
                "sagemaker:AddTags",
                on=[arn(self._scope, "sagemaker", f"model/{name}-*")],
            ),
            allow(
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:AddTags",
                on=[arn(self._scope, "sagemaker", f"endpoint-config/{name}-*")],
            ),
            # To create or update an endpoint is an action on its configuration, too.
            allow(
                "sagemaker:CreateEndpoint",
                "sagemaker:UpdateEndpoint",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",  # one that was never in service
                "sagemaker:AddTags",
                "sagemaker:ListTags",
                on=[
                    arn(self._scope, "sagemaker", f"endpoint/{name}"),
                    arn(self._scope, "sagemaker", f"endpoint-config/{name}-*"),
                ],
            ),
            *may_deregister_scaling(self._scope, name),
            self._may_describe_executions(),
            *self._may_pass_role(role),
        ]

    def scale_endpoint(self) -> list[iam.PolicyStatement]:
        """Application Auto Scaling checks its permissions with those of the caller:
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
                on=[arn(self._scope, "application-autoscaling", "scalable-target/*")],
            ),
            allow(
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:UpdateEndpointWeightsAndCapacities",
                on=[
                    arn(self._scope, "sagemaker", f"endpoint/{name}"),
                    arn(self._scope, "sagemaker", f"endpoint-config/{name}-*"),
                ],
            ),
            allow(
                "cloudwatch:PutMetricAlarm",
                on=[arn(self._scope, "cloudwatch", f"alarm:TargetTracking-endpoint/{name}/*")],
            ),
            may_describe_alarms(),
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

    def may_find_champion(self) -> list[iam.PolicyStatement]:
        name, artefacts = self._settings.name, self._storage.artefacts
        return [
            allow(
                "sagemaker:ListModelPackages",
                "sagemaker:DescribeModelPackage",
                on=model_package_arns(self._scope, name),
            ),
            # To see whether its artefact still exists.
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow("s3:GetObject", on=[self._of_runs(s3_keys.TRAINING)]),
        ]

    def register_model(self) -> list[iam.PolicyStatement]:
        """CreateModelPackage, and reading the artefact and the image, which SageMaker may check
        with the permissions of its caller: as in the managed policy
        AmazonSageMakerModelRegistryFullAccess, v2 of 2024-06-06."""
        name, artefacts = self._settings.name, self._storage.artefacts
        read = [self._of_runs(folder) for folder in (s3_keys.TRAINING, s3_keys.EVALUATION)]
        return [
            allow(
                "sagemaker:CreateModelPackage",
                "sagemaker:AddTags",
                on=model_package_arns(self._scope, name),
            ),
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow("s3:GetObject", on=read),
            allow("kms:Decrypt", on=[self._storage.key.key_arn]),
            allow(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                on=[self._settings.image_of_serving().repository_arn],
            ),
        ]

    def smoke_test(self) -> list[iam.PolicyStatement]:
        endpoint = arn(self._scope, "sagemaker", f"endpoint/{self._settings.name}")
        return [allow("sagemaker:InvokeEndpoint", on=[endpoint]), *self.check_gate()]

    def start_evaluation(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        return [
            *self.start_job(JobKind.PROCESSING, role),
            *self.may_find_champion(),
            allow("s3:PutObject", on=[self._objects(s3_keys.REUSE)]),
            allow("kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def ask_approval(self) -> list[iam.PolicyStatement]:
        return [*self._may_write(self._document(s3_keys.APPROVAL)), self._may_publish()]

    def handle_failure(self) -> list[iam.PolicyStatement]:
        name = self._settings.name
        return [
            allow(
                "sagemaker:StopProcessingJob",
                on=[arn(self._scope, "sagemaker", f"processing-job/{name}-*")],
            ),
            allow(
                "sagemaker:StopTrainingJob",
                on=[arn(self._scope, "sagemaker", f"training-job/{name}-*")],
            ),
            *self._may_write(self._document(s3_keys.FAILURE)),
            self._may_publish(),
        ]

    def check_gate(self) -> list[iam.PolicyStatement]:
        reports = self._of_runs(s3_keys.EVALUATION)
        return [
            allow("s3:GetObject", on=[reports]),
            allow("kms:Decrypt", on=[self._storage.key.key_arn]),
        ]

    def _may_write(self, objects: str) -> list[iam.PolicyStatement]:
        """To write objects of the artefact bucket. The KMS key is that of the topic, too."""
        return [
            allow("s3:PutObject", on=[objects]),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def _may_publish(self) -> iam.PolicyStatement:
        return allow("sns:Publish", on=[self._topic.topic_arn])

    def _may_describe_executions(self) -> iam.PolicyStatement:
        executions = arn(self._scope, "states", f"execution:{self._settings.name}:*")
        return allow("states:DescribeExecution", on=[executions])

    def _may_pass_role(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        """To pass the role to SageMaker, and to let it use the key for volumes."""
        return [
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
            allow("kms:CreateGrant", "kms:DescribeKey", on=[self._storage.key.key_arn]),
        ]

    def _objects(self, prefix: str) -> str:
        """All objects below a prefix of the artefact bucket."""
        return self._storage.artefacts.arn_for_objects(f"{prefix}/*")

    def _of_runs(self, folder: str) -> str:
        """All objects below a folder of every run."""
        return self._objects(f"{s3_keys.run_prefix('*')}/{folder}")

    def _document(self, name: str) -> str:
        """A document of every run."""
        return self._storage.artefacts.arn_for_objects(f"{s3_keys.run_prefix('*')}/{name}")
