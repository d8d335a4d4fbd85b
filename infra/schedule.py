"""Scheduled executions."""

import json

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import Settings
from infra.storage import Storage


class Schedule(Construct):
    """Starts the state machine on the schedule of the settings, with an object of the data bucket.

    Step Functions generates the name of each execution.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        machine: sfn.IStateMachine,
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, id_)
        reviews = storage.data.s3_url_for_object(settings.scheduled_reviews)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=settings.name,
            schedule_expression=settings.schedule,
            flexible_time_window={"mode": "OFF"},
            target=scheduler.CfnSchedule.TargetProperty(
                arn=machine.state_machine_arn,
                role_arn=role.role_arn,
                input=json.dumps({"reviews": reviews}),
            ),
        )
