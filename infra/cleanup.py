"""Removes what CloudFormation did not create: on `cdk destroy` what executions made, and on an
update the table of features that are no longer wanted."""

from collections.abc import Sequence

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from contract import s3_keys
from contract.names import endpoint_log_group, function_name
from contract.steps import JobKind
from infra.functions import LONGEST_CALL, Function
from infra.permissions import (
    allow,
    arn,
    execution_arns,
    may_deregister_scaling,
    may_stop_jobs,
    model_package_arns,
)
from infra.settings import Settings
from infra.storage import Storage

_FOLDER = "cleanup"  # in lambdas/
# Of all calls together: the maximum of a custom resource's ServiceTimeout. An update of the
# endpoint may take three hours (infra/requests.py); a `cdk destroy` during one has to be repeated.
_LONGEST = Duration.hours(1)


class Cleanup(Construct):
    """A custom resource that is deleted first, while everything it needs still exists."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        state_machines: Sequence[str],
        security_groups: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        function = Function(
            self,
            "Cleanup",
            settings=settings,
            folder=_FOLDER,
            name=function_name(settings.name, _FOLDER),
            statements=self._may_clean_up(settings, storage, state_machines),
            key=storage.key,
            timeout=LONGEST_CALL,
        )
        self._resource = CustomResource(
            self,
            "Leftovers",
            resource_type="Custom::Leftovers",
            service_token=function.function.function_arn,
            service_timeout=_LONGEST,
            removal_policy=RemovalPolicy.DESTROY,
            properties={
                "StateMachines": list(state_machines),
                "NamePrefix": f"{settings.name}-",
                "Endpoint": settings.name,
                "ArtefactBucket": storage.artefacts.bucket_name,
                "ModelPackageGroup": settings.name,
                "FeatureGroup": settings.feature_group,
                "GlueDatabase": settings.catalog_name,
                "GlueTable": settings.feature_table,
                "SecurityGroups": list(security_groups),
                "KeepData": str(settings.keep_data).lower(),
            },
        )
        self._resource.node.add_dependency(function)

    def delete_before(self, *others: IDependable) -> None:
        """Depends on the others: CloudFormation deletes a resource before those it depends on."""
        self._resource.node.add_dependency(*others)

    def _may_clean_up(
        self, settings: Settings, storage: Storage, state_machines: Sequence[str]
    ) -> list[iam.PolicyStatement]:
        name, record = settings.name, storage.artefacts.arn_for_objects(s3_keys.STOPPED_ENDPOINT)
        logs = dict.fromkeys(kind.log_group for kind in JobKind)
        groups = [arn(self, "logs", f"log-group:{group}") for group in logs]
        endpoint_logs = arn(self, "logs", f"log-group:{endpoint_log_group(name)}")
        return [
            # It invokes itself again.
            allow(
                "lambda:InvokeFunction",
                on=[arn(self, "lambda", f"function:{function_name(name, _FOLDER)}")],
            ),
            allow("states:ListExecutions", on=state_machines),
            allow("states:StopExecution", on=execution_arns(self, settings)),
            *may_stop_jobs(self, name),
            # Lists have no resource types.
            allow("sagemaker:ListModels", "sagemaker:ListEndpointConfigs", on=["*"]),
            allow(
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",
                on=[arn(self, "sagemaker", f"endpoint/{name}")],
            ),
            allow("s3:DeleteObject", on=[record]),
            *may_deregister_scaling(self, name),
            allow(
                "sagemaker:DeleteEndpointConfig",
                on=[arn(self, "sagemaker", f"endpoint-config/{name}-*")],
            ),
            allow(
                "sagemaker:ListModelPackages",
                "sagemaker:DeleteModelPackage",
                on=model_package_arns(self, name),
            ),
            allow("sagemaker:DeleteModel", on=[arn(self, "sagemaker", f"model/{name}-*")]),
            allow(
                "logs:DescribeLogStreams",
                "logs:DeleteLogStream",
                "logs:DeleteLogGroup",
                on=[*(f"{group}:*" for group in groups), f"{endpoint_logs}:*"],
            ),
            *self._may_remove_tables(settings),
            # DescribeNetworkInterfaces has no resource types.
            *([allow("ec2:DescribeNetworkInterfaces", on=["*"])] if settings.network.vpc else []),
        ]

    def _may_remove_tables(self, settings: Settings) -> list[iam.PolicyStatement]:
        """The table of the present features, and those of earlier ones."""
        catalog = settings.catalog_name
        return [
            allow(
                "sagemaker:DescribeFeatureGroup",
                on=[arn(self, "sagemaker", f"feature-group/{settings.name}-*")],
            ),
            allow(
                "glue:DeleteTable",
                on=[
                    arn(self, "glue", "catalog"),
                    arn(self, "glue", f"database/{catalog}"),
                    arn(self, "glue", f"table/{catalog}/{catalog}_*"),
                ],
            ),
        ]
