"""Roles that a service validates when a resource is created with them.

IAM is eventually consistent: a new role may take a minute or two to be visible, and CloudFormation
does not retry when a service refuses it before that. So these roles are in the first stack, and the
resources that use them in later ones. The errors of the services, and that Terraform retries for
two minutes, are in the sources of its AWS provider (read on 30 November 2026):

- CreateFeatureGroup: "The execution role ARN is invalid.", "Invalid S3Uri provided"
  (internal/service/sagemaker/feature_group.go);
- CreateSchedule: "The execution role you provide must allow AWS EventBridge Scheduler to assume the
  role." (internal/service/scheduler/schedule.go);
- CreateFlowLogs: "Unable to assume given IAM role" (internal/service/ec2/vpc_flow_log.go).

CloudFormation waits for a new role of a function, and a state machine takes long enough to create
(github.com/go-to-k/cdkd issue 2783). Jobs and endpoints are created later.
"""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract import s3_keys
from contract.names import drift_name, function_name
from infra.permissions import allow, arn, grant
from infra.settings import Settings
from infra.storage import Storage


class ServiceRoles(Construct):
    """`schedule`, `drift_schedule`, `endpoint_schedule` and `flow_logs` are None where the settings
    have no such schedule or no new VPC."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, storage: Storage) -> None:
        super().__init__(scope, id_)
        self.feature_store = self._role(
            "FeatureStore",
            iam.ServicePrincipal("sagemaker.amazonaws.com"),
            self._may_write_offline_store(settings, storage),
        )
        self.schedule: iam.IRole | None = None
        self.drift_schedule: iam.IRole | None = None
        self.endpoint_schedule: iam.IRole | None = None
        if settings.schedule:
            self.schedule = self._schedule("Schedule", self._may_start(settings.name))
        if settings.drift.schedule:
            may = self._may_start(drift_name(settings.name))
            self.drift_schedule = self._schedule("DriftSchedule", may)
        if settings.endpoint.stops_when_idle:
            may = self._may_stop_and_start_endpoint(settings)
            self.endpoint_schedule = self._schedule("EndpointSchedule", may)
        self.flow_logs = self._flow_logs(settings) if settings.network.vpc == "new" else None

    def _role(
        self, id_: str, principal: iam.IPrincipal, statements: Sequence[iam.PolicyStatement]
    ) -> iam.IRole:
        role = iam.Role(self, id_, assumed_by=principal)
        grant(role, statements)
        # Later stacks must not add policies to it, since this stack would then depend on them.
        return role.without_policy_updates()

    def _may_write_offline_store(
        self, settings: Settings, storage: Storage
    ) -> Sequence[iam.PolicyStatement]:
        """The permissions of the Feature Store: to write the offline store and its Glue table."""
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
                # The Feature Store would also create a database where there is none.
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:CreateTable",
                "glue:UpdateTable",
                on=[
                    arn(self, "glue", "catalog"),
                    arn(self, "glue", f"database/{catalog}"),
                    # Also of other groups that people create with it, as the notebook does.
                    arn(self, "glue", f"table/{catalog}/*"),
                ],
            ),
        )

    def _may_start(self, state_machine: str) -> iam.PolicyStatement:
        machine = arn(self, "states", f"stateMachine:{state_machine}")
        return allow("states:StartExecution", on=[machine])

    def _may_stop_and_start_endpoint(self, settings: Settings) -> iam.PolicyStatement:
        folders = ["stop_idle_endpoint"]
        if settings.endpoint.start_schedule:
            folders.append("start_endpoint")
        functions = [function_name(settings.name, folder) for folder in folders]
        invoked = [arn(self, "lambda", f"function:{function}") for function in functions]
        return allow("lambda:InvokeFunction", on=invoked)

    def _schedule(self, id_: str, may: iam.PolicyStatement) -> iam.IRole:
        """The role for schedules of this account, which are all in the group `default`."""
        conditions = {
            "aws:SourceAccount": Aws.ACCOUNT_ID,
            "aws:SourceArn": arn(self, "scheduler", "schedule-group/default"),
        }
        service = iam.ServicePrincipal(
            "scheduler.amazonaws.com", conditions={"StringEquals": conditions}
        )
        return self._role(id_, service, [may])

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
