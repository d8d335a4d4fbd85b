"""Schedules of EventBridge Scheduler."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct


class Schedule(Construct):
    """Starts a state machine, or invokes a function, by its ARN `target`, with this input.

    Step Functions generates the name of each execution.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        expression: str,
        target: str,
        role: iam.IRole,
        given: Mapping[str, Any],
        time_zone: str = "UTC",
    ) -> None:
        super().__init__(scope, id_)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            schedule_expression=expression,
            schedule_expression_timezone=time_zone,
            flexible_time_window={"mode": "OFF"},
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target,
                role_arn=role.role_arn,
                input=json.dumps(given),
            ),
        )
