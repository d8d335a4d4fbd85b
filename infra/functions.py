"""The Lambdas of the state machine. Each has its own role and may do what its code calls."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundles import stage_function


class Function(Construct):
    """One function with its log group and its role."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        bundle: str,
        name: str,
        environment: dict[str, str],
        statements: list[iam.PolicyStatement],
        timeout: Duration | None = None,
    ) -> None:
        super().__init__(scope, id_)
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        for statement in statements:
            role.add_to_policy(statement)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(stage_function(bundle))),
            environment=environment,
            log_group=log_group,
            role=role,
            memory_size=256,
            timeout=timeout or Duration.minutes(2),
        )


def allow(*actions: str, on: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=on)


def arn(scope: Construct, service: str, resource: str) -> str:
    return Stack.of(scope).format_arn(service=service, resource=resource)
