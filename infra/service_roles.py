"""Roles that a service tries on as soon as something is made with them.

A new role is known everywhere within a minute or two, and CloudFormation does not try again when a
service says no before that. So these roles are made in the first stack, and what has them in later
ones. What the services say, and that Terraform tries again for two minutes, is in the sources of
its AWS provider (read on 30 November 2026):

- CreateFeatureGroup: "The execution role ARN is invalid.", "Invalid S3Uri provided"
  (internal/service/sagemaker/feature_group.go);
- CreateSchedule: "The execution role you provide must allow AWS EventBridge Scheduler to assume the
  role." (internal/service/scheduler/schedule.go);
- CreateFlowLogs: "Unable to assume given IAM role" (internal/service/ec2/vpc_flow_log.go).

CloudFormation waits by itself where a function has a new role, and it takes long enough where a
state machine has one (github.com/go-to-k/cdkd issue 2783). Jobs and endpoint begin later.
"""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract import s3_keys
from infra.permissions import allow, arn, grant
from infra.settings import Settings
from infra.storage import Storage


class ServiceRoles(Construct):
    """`schedule` and `flow_logs` are None where the settings want neither."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, storage: Storage) -> None:
        super().__init__(scope, id_)
        self.feature_store = self._role(
            "FeatureStore",
            iam.ServicePrincipal("sagemaker.amazonaws.com"),
            self._may_keep_features(settings, storage),
        )
        self.schedule = self._schedule(settings) if settings.schedule else None
        self.flow_logs = self._flow_logs(settings) if settings.network.vpc == "new" else None

    def _role(
        self, id_: str, principal: iam.IPrincipal, statements: Sequence[iam.PolicyStatement]
    ) -> iam.IRole:
        role = iam.Role(self, id_, assumed_by=principal)
        grant(role, statements)
        # Complete as it is: other stacks would add policies with names that this one cannot know.
        return role.without_policy_updates()

    def _may_keep_features(
        self, settings: Settings, storage: Storage
    ) -> Sequence[iam.PolicyStatement]:
        """What the Feature Store itself may do: write the offline store and its table."""
        catalog, artefacts = settings.catalog_name, storage.artefacts
        return (
            allow("s3:GetBucketAcl", "s3:ListBucket", on=[artefacts.bucket_arn]),
            allow(
                "s3:GetObject",
                "s3:PutObject",
                "s3:PutObjectAcl",
                on=[artefacts.arn_for_objects(f"{s3_keys.FEATURE_STORE}/*")],
            ),
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[storage.key.key_arn]),
            allow(
                # Feature Store makes a database, too, where there is none.
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:CreateTable",
                "glue:UpdateTable",
                on=[
                    arn(self, "glue", "catalog"),
                    arn(self, "glue", f"database/{catalog}"),
                    arn(self, "glue", f"table/{catalog}/{settings.feature_table}"),
                ],
            ),
        )

    def _schedule(self, settings: Settings) -> iam.IRole:
        """For schedules of this account alone, which are all in the group `default`."""
        conditions = {
            "aws:SourceAccount": Aws.ACCOUNT_ID,
            "aws:SourceArn": arn(self, "scheduler", "schedule-group/default"),
        }
        service = iam.ServicePrincipal(
            "scheduler.amazonaws.com", conditions={"StringEquals": conditions}
        )
        machine = arn(self, "states", f"stateMachine:{settings.name}")
        return self._role("Schedule", service, [allow("states:StartExecution", on=[machine])])

    def _flow_logs(self, settings: Settings) -> iam.IRole:
        """https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"""
        group = arn(self, "logs", f"log-group:{flow_log_group(settings)}:*")
        service = iam.ServicePrincipal(
            "vpc-flow-logs.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
        actions = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
        return self._role("FlowLogs", service, [allow(*actions, on=[group])])


def flow_log_group(settings: Settings) -> str:
    return f"/aws/vpc/{settings.name}"
