"""What the functions that stop an idle endpoint and start it again are allowed."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.permissions import allow, arn, may_deregister_scaling
from infra.tuning_permissions import TuningPermissions


class IdlePermissions(TuningPermissions):
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def stop_idle_endpoint(self) -> list[iam.PolicyStatement]:
        scales = self._settings.endpoint.max_instance_count > 0
        return [
            allow(
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",
                "sagemaker:ListTags",
                on=[self._endpoint()],
            ),
            # GetMetricStatistics has no resource types.
            allow("cloudwatch:GetMetricStatistics", on=["*"]),
            self._may_describe_executions(),
            *self._may_use_record("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            *(self._may_stop_and_restore_scaling() if scales else []),
        ]

    def start_endpoint(self) -> list[iam.PolicyStatement]:
        """To create an endpoint is an action on its configuration, too; the volumes of instances
        have the environment's key."""
        config = arn(self._scope, "sagemaker", f"endpoint-config/{self._settings.name}-*")
        return [
            allow(
                "sagemaker:CreateEndpoint",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",  # one that has failed to start
                "sagemaker:AddTags",
                on=[self._endpoint(), config],
            ),
            allow("kms:CreateGrant", "kms:DescribeKey", on=[self._storage.key.key_arn]),
            *self._may_use_record("s3:GetObject"),
        ]

    def _may_stop_and_restore_scaling(self) -> list[iam.PolicyStatement]:
        """The descriptions of Application Auto Scaling have no resource types."""
        return [
            allow(
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                on=["*"],
            ),
            *may_deregister_scaling(self._scope, self._settings.name),
            *self.scale_endpoint(),
        ]

    def _may_use_record(self, *actions: str) -> list[iam.PolicyStatement]:
        """The record of a stopped endpoint; with ListBucket S3 answers 404 where there is none."""
        artefacts, key = self._storage.artefacts, self._storage.key.key_arn
        writes = "s3:PutObject" in actions
        return [
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow(*actions, on=[artefacts.arn_for_objects(s3_keys.STOPPED_ENDPOINT)]),
            allow("kms:Decrypt", *(["kms:GenerateDataKey"] if writes else []), on=[key]),
        ]

    def _endpoint(self) -> str:
        return arn(self._scope, "sagemaker", f"endpoint/{self._settings.name}")
