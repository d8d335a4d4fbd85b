"""What the functions that compare requests with the baseline are allowed."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from contract.names import DRIFT, metric_namespace
from infra.permissions import allow, arn
from infra.promotion_permissions import PromotionPermissions


class DriftPermissions(PromotionPermissions):
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def start_drift(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        """It finds the model that serves, lists what was captured, and starts the job."""
        name, storage = self._settings.name, self._storage
        return [
            allow(
                "sagemaker:DescribeEndpoint",
                on=[arn(self._scope, "sagemaker", f"endpoint/{name}")],
            ),
            allow(
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:ListTags",
                on=[arn(self._scope, "sagemaker", f"endpoint-config/{name}-*")],
            ),
            allow(
                "sagemaker:CreateProcessingJob",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:AddTags",
                on=[self._drift_jobs()],
            ),
            *self._may_pass_role(role),
            allow("s3:ListBucket", on=[storage.artefacts.bucket_arn]),
            # To see whether the run has a baseline, whether the code is there, and what a stopped
            # endpoint has served.
            allow(
                "s3:GetObject",
                on=[
                    self._of_runs(s3_keys.BASELINE),
                    self._objects(s3_keys.CODE),
                    storage.artefacts.arn_for_objects(s3_keys.STOPPED_ENDPOINT),
                ],
            ),
            allow(
                "s3:PutObject",
                on=[self._objects(s3_keys.CODE), self._drift_document(s3_keys.DRIFT_MANIFEST)],
            ),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[storage.key.key_arn]),
        ]

    def end_drift(self) -> list[iam.PolicyStatement]:
        """It reads the report, publishes its metrics and may start a run."""
        namespace = metric_namespace(self._settings.name)
        machine = arn(self._scope, "states", f"stateMachine:{self._settings.name}")
        retrain = [allow("states:StartExecution", "states:ListExecutions", on=[machine])]
        return [
            allow("sagemaker:StopProcessingJob", on=[self._drift_jobs()]),
            allow(
                "s3:GetObject",
                on=[self._drift_document(f"{s3_keys.DRIFT_REPORT}/{s3_keys.DRIFT_REPORT_FILE}")],
            ),
            allow("kms:Decrypt", on=[self._storage.key.key_arn]),
            # PutMetricData has no resource types; the condition is AWS's own way to limit it.
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
            ),
            *(retrain if self._settings.drift.retrain else []),
        ]

    def _drift_jobs(self) -> str:
        return arn(self._scope, "sagemaker", f"processing-job/{self._settings.name}-{DRIFT}-*")

    def _drift_document(self, name: str) -> str:
        return self._storage.artefacts.arn_for_objects(f"{s3_keys.DRIFT}/*/{name}")
