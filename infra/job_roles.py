"""The execution roles of SageMaker's jobs and endpoint, one for each kind."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from contract import s3_keys
from infra.permissions import allow, arn, grant, may_describe_alarms
from infra.settings import Settings
from infra.storage import Storage

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# What AWS's own SDK gives to the role of a job for its buckets and its key:
# sagemaker-core/src/sagemaker/core/helper/iam_policies.py of aws/sagemaker-python-sdk at a248126
# (21 August 2026). CreateGrant is for the key of its volume.
_SEE_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation")
_USE_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant")
# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, of jobs in a VPC, and
# https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html, of models in one
_DESCRIBE_VPC = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
_JOIN_VPC = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)


class JobRoles(Construct):
    def __init__(self, scope: Construct, id_: str, *, settings: Settings, storage: Storage) -> None:
        super().__init__(scope, id_)
        self._settings, self._storage = settings, storage
        data, artefacts = storage.data, storage.artefacts
        reading = [
            data.arn_for_objects("*"),
            artefacts.arn_for_objects(f"{s3_keys.CODE}/*"),
            artefacts.arn_for_objects(s3_keys.run_prefix("*")),
        ]
        group = arn(self, "sagemaker", f"feature-group/{settings.feature_group}")
        self.processing = self._role(
            "Processing",
            [
                *self._may_write_runs(reading),
                allow(
                    "sagemaker:BatchWriteRecord",
                    "sagemaker:DescribeFeatureGroup",
                    "sagemaker:PutRecord",
                    on=[group],
                ),
            ],
        )
        # SageMaker deletes checkpoints in S3 that the container has deleted in its folder.
        may_delete = allow(
            "s3:DeleteObject",
            on=[artefacts.arn_for_objects(f"{s3_keys.run_prefix('*')}/{s3_keys.CHECKPOINTS}/*")],
        )
        self.training = self._role("Training", [*self._may_write_runs(reading), may_delete])
        self.serving = self._role(
            "Serving",
            [
                allow("s3:ListBucket", on=[artefacts.bucket_arn]),
                allow(
                    "s3:GetObject",
                    on=[
                        artefacts.arn_for_objects(f"{s3_keys.run_prefix('*')}/{s3_keys.TRAINING}/*")
                    ],
                ),
                allow("kms:Decrypt", on=[storage.key.key_arn]),
                *(self._may_capture() if settings.endpoint.capture_percent else []),
                # SageMaker uses this role to read the alarms that roll an update back:
                # https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
                may_describe_alarms(),
            ],
        )
        self.scoring = self._scoring()
        if settings.has_drift:
            self.drift = self._drift()

    def _scoring(self) -> iam.Role:
        """The role of the models of transform jobs, which read their parts and write answers with
        it."""
        artefacts = self._storage.artefacts
        scorings, answers = s3_keys.scoring_prefix("*"), s3_keys.SCORING_OUTPUT
        return self._role(
            "Scoring",
            [
                allow(*_SEE_BUCKET, on=[artefacts.bucket_arn]),
                allow(
                    "s3:GetObject",
                    on=[
                        artefacts.arn_for_objects(
                            f"{s3_keys.run_prefix('*')}/{s3_keys.TRAINING}/*"
                        ),
                        artefacts.arn_for_objects(f"{scorings}/{s3_keys.SCORING_INPUT}/*"),
                    ],
                ),
                allow(
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                    on=[artefacts.arn_for_objects(f"{scorings}/{answers}/*")],
                ),
                allow(*_USE_KEY, on=[self._storage.key.key_arn]),
            ],
        )

    def _drift(self) -> iam.Role:
        """The role of the job that compares captured requests with a baseline."""
        storage, reports = self._storage, f"{s3_keys.DRIFT}/*"
        artefacts = storage.artefacts
        manifest, report = s3_keys.DRIFT_MANIFEST, s3_keys.DRIFT_REPORT
        read = (
            f"{s3_keys.CAPTURE}/*",
            f"{s3_keys.CODE}/*",
            f"{s3_keys.FEEDBACK}/*",
            f"{s3_keys.run_prefix('*')}/{s3_keys.BASELINE}/*",
            f"{reports}/{manifest}",
        )
        wheels = self._settings.network.wheels
        return self._role(
            "Drift",
            [
                allow(
                    *_SEE_BUCKET,
                    on=[artefacts.bucket_arn, *([storage.data.bucket_arn] if wheels else [])],
                ),
                allow(
                    "s3:GetObject",
                    on=[
                        *(artefacts.arn_for_objects(key) for key in read),
                        *([storage.data.arn_for_objects(f"{wheels}*")] if wheels else []),
                    ],
                ),
                allow(
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                    on=[artefacts.arn_for_objects(f"{reports}/{report}/*")],
                ),
                allow(*_USE_KEY, on=[storage.key.key_arn]),
            ],
        )

    def _may_write_runs(self, reading: Sequence[str]) -> list[iam.PolicyStatement]:
        storage = self._storage
        return [
            allow(*_SEE_BUCKET, on=[storage.data.bucket_arn, storage.artefacts.bucket_arn]),
            allow("s3:GetObject", on=reading),
            allow(
                "s3:PutObject",
                "s3:AbortMultipartUpload",
                on=[storage.artefacts.arn_for_objects(s3_keys.run_prefix("*"))],
            ),
            allow(*_USE_KEY, on=[storage.key.key_arn]),
        ]

    def _may_capture(self) -> list[iam.PolicyStatement]:
        storage = self._storage
        return [
            allow("s3:PutObject", on=[storage.artefacts.arn_for_objects(f"{s3_keys.CAPTURE}/*")]),
            allow("kms:GenerateDataKey", on=[storage.key.key_arn]),
        ]

    def _role(self, id_: str, statements: Sequence[iam.PolicyStatement]) -> iam.Role:
        role = iam.Role(self, id_, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        grant(role, [*statements, *self._may_log_and_pull(), *self._may_join_the_vpc()])
        return role

    def _may_join_the_vpc(self) -> list[iam.PolicyStatement]:
        """To create network interfaces for a job's instances, whose ids are not known before."""
        if not self._settings.network.vpc:
            return []
        kinds = ("network-interface", "security-group", "subnet")
        return [
            allow(*_DESCRIBE_VPC, on=["*"]),
            allow(*_JOIN_VPC, on=[arn(self, "ec2", f"{kind}/*") for kind in kinds]),
        ]

    def _may_log_and_pull(self) -> list[iam.PolicyStatement]:
        images = self._settings.every_image().values()
        return [
            allow(
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
                on=[arn(self, "logs", "log-group:/aws/sagemaker/*")],
            ),
            # These two actions have no resource types.
            allow("cloudwatch:PutMetricData", "ecr:GetAuthorizationToken", on=["*"]),
            allow(*_PULL, on=sorted({image.repository_arn for image in images})),
        ]
