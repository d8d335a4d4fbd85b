"""A state machine whose executions are logged and traced."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.permissions import acknowledge_wildcards


def logged_state_machine(
    scope: Construct,
    *,
    name: str,
    key: kms.IKey,
    start: sfn.IChainable,
    resources: list[str],
) -> sfn.StateMachine:
    """`resources` are the ARNs with wildcards on which its role acts."""
    log_group = logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/vendedlogs/states/{name}",
        retention=logs.RetentionDays.THREE_MONTHS,
        removal_policy=RemovalPolicy.DESTROY,
        encryption_key=key,
    )
    machine = sfn.StateMachine(
        scope,
        "StateMachine",
        state_machine_name=name,
        definition_body=sfn.DefinitionBody.from_chainable(start),
        query_language=sfn.QueryLanguage.JSONATA,
        tracing_enabled=True,
        logs=sfn.LogOptions(
            destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=True
        ),
    )
    # Log delivery and tracing have no resource types.
    acknowledge_wildcards(machine, ["*", *resources])
    return machine
