"""A rule that stops the jobs of an execution which ended without handling its end."""

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import Settings


class EndedExecutions(Construct):
    """A rule that calls the function for executions that have failed or were stopped.

    Those that have failed had their jobs stopped before, unless the handling itself has failed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        machines: Sequence[sfn.IStateMachine],
        function: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, id_)
        # https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        pattern = events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={
                "status": ["ABORTED", "FAILED", "TIMED_OUT"],
                "stateMachineArn": [machine.state_machine_arn for machine in machines],
            },
        )
        events.Rule(
            self,
            "Rule",
            rule_name=f"{settings.name}-stop-jobs",
            description="Stops the jobs of executions that have ended.",
            event_pattern=pattern,
            targets=[targets.LambdaFunction(function)],
        )
