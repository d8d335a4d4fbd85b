"""A state machine whose executions are logged and traced."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.log_groups import log_group
from infra.permissions import acknowledge_wildcards
from infra.settings import Settings


def logged_state_machine(
    scope: Construct,
    *,
    settings: Settings,
    name: str,
    key: kms.IKey,
    start: sfn.IChainable,
    resources: list[str],
) -> sfn.StateMachine:
    """`resources` are the ARNs with wildcards on which its role acts."""
    group = f"/aws/vendedlogs/states/{name}"
    logs = log_group(scope, "Logs", settings=settings, key=key, name=group)
    machine = sfn.StateMachine(
        scope,
        "StateMachine",
        state_machine_name=name,
        definition_body=sfn.DefinitionBody.from_chainable(start),
        query_language=sfn.QueryLanguage.JSONATA,
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
    )
    # Log delivery and tracing have no resource types.
    acknowledge_wildcards(machine, ["*", *resources])
    return machine
