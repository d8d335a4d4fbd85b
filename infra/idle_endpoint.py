"""The schedules by which an endpoint that nobody asks is stopped, and started again."""

from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contract.names import function_name
from infra.schedule import Schedule
from infra.settings import Settings

# Also the longest time after a start until the endpoint scales again. EventBridge Scheduler and
# Lambda charge for some 9,000 invocations a month less than a cent.
EVERY = "rate(5 minutes)"


class IdleEndpoint(Construct):
    """`stop` and `start` are the functions, with whose names the schedules have theirs."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        stop: lambda_.IFunction,
        start: lambda_.IFunction,
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, id_)
        endpoint = settings.endpoint
        given: dict[str, Any] = {
            "idle_hours": endpoint.stop_after_idle_hours,
            "scales": endpoint.max_instance_count > 0,
        }
        Schedule(
            self,
            "Stop",
            name=function_name(settings.name, "stop_idle_endpoint"),
            expression=EVERY,
            target=stop.function_arn,
            role=role,
            given=given,
        )
        if endpoint.start_schedule:
            Schedule(
                self,
                "Start",
                name=function_name(settings.name, "start_endpoint"),
                expression=endpoint.start_schedule,
                time_zone=endpoint.start_time_zone,
                target=start.function_arn,
                role=role,
                given={},
            )
