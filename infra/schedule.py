"""Scheduled executions."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct


class Schedule(Construct):
    """Starts a state machine on a schedule of the settings, with this input.

    Step Functions generates the name of each execution.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        expression: str,
        machine: sfn.IStateMachine,
        role: iam.IRole,
        given: Mapping[str, Any],
    ) -> None:
        super().__init__(scope, id_)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            schedule_expression=expression,
            flexible_time_window={"mode": "OFF"},
            target=scheduler.CfnSchedule.TargetProperty(
                arn=machine.state_machine_arn,
                role_arn=role.role_arn,
                input=json.dumps(given),
            ),
        )
