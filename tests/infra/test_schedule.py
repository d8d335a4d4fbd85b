"""Scheduled executions: only with the setting, which no environment has by default."""

import json
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Template

from contract.names import drift_name, function_name
from infra.setting_error import SettingsError
from infra.settings import ENVIRONMENTS, settings_for
from tests.infra.conftest import Synthesised, plain
from tests.infra.synthesis import synthesise, templates

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)
ROLE = "ServiceRolesSchedule"
MACHINE = "PipelineStateMachine"
MONDAYS = "cron(0 6 ? * MON *)"
(DEV,) = settings_for("dev")


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The resources of the stacks of `dev` with a schedule, cdk-nag looking on."""
    endpoint = replace(DEV.endpoint, stop_after_idle_hours=0)
    settings = replace(
        DEV, schedule=MONDAYS, scheduled_reviews="reviews/week.csv", endpoint=endpoint
    )
    assembly = synthesise(tmp_path_factory.mktemp("scheduled"), settings)
    resources: dict[str, Any] = {}
    for file in templates(assembly).values():
        resources |= json.loads(file.read_text())["Resources"]
    return resources


def only(resources: dict[str, Any], kind: str, part: str = "") -> tuple[str, dict[str, Any]]:
    (found,) = [
        (name, item)
        for name, item in resources.items()
        if item["Type"] == kind and name.startswith(part)
    ]
    return found


@EVERY
def test_no_environment_runs_by_itself(synthesised: Synthesised, environment: str) -> None:
    found = synthesised.resources(environment, "Pipeline", "AWS::Scheduler::Schedule")
    names = {schedule["Properties"]["Name"] for schedule in found.values()}
    name = f"reviews-{environment}"
    assert names <= {drift_name(name), function_name(name, "stop_idle_endpoint")}


def test_it_starts_the_state_machine_with_an_object_of_the_data_bucket(
    scheduled: dict[str, Any],
) -> None:
    _, schedule = only(scheduled, "AWS::Scheduler::Schedule")
    machine, _ = only(scheduled, "AWS::StepFunctions::StateMachine", MACHINE)
    properties, target = schedule["Properties"], schedule["Properties"]["Target"]
    assert properties["Name"] == "reviews-dev"
    assert properties["ScheduleExpression"] == MONDAYS
    assert properties["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert plain(target["Arn"]) == f"<{machine}>"
    bucket = "reviews-dev-data-<AWS::AccountId>-us-east-1"
    assert json.loads(plain(target["Input"])) == {"reviews": f"s3://{bucket}/reviews/week.csv"}


def test_its_role_may_start_that_state_machine_and_nothing_else(scheduled: dict[str, Any]) -> None:
    _, machine = only(scheduled, "AWS::StepFunctions::StateMachine", MACHINE)
    name = machine["Properties"]["StateMachineName"]
    _, policy = only(scheduled, "AWS::IAM::Policy", ROLE)
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "states:StartExecution"
    assert plain(statement["Resource"]).endswith(f":stateMachine:{name}")


def test_its_role_is_for_the_schedules_of_this_account(scheduled: dict[str, Any]) -> None:
    _, role = only(scheduled, "AWS::IAM::Role", ROLE)
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    conditions = statement["Condition"]["StringEquals"]
    assert plain(conditions["aws:SourceAccount"]) == "<AWS::AccountId>"
    assert plain(conditions["aws:SourceArn"]).endswith(":schedule-group/default")


def test_its_role_trusts_as_the_one_that_the_cdk_makes_for_a_schedule(
    scheduled: dict[str, Any],
) -> None:
    """AWS's own construct has the conditions against confused deputies, too."""
    stack = Stack(App(), "Theirs")
    machine = sfn.StateMachine.from_state_machine_name(stack, "Machine", "reviews-dev")
    scheduler.Schedule(
        stack,
        "Schedule",
        schedule=scheduler.ScheduleExpression.expression(MONDAYS),
        target=targets.StepFunctionsStartExecution(machine),
    )
    theirs = Template.from_stack(stack).to_json()["Resources"]
    statements = [
        only(resources, "AWS::IAM::Role", part)[1]["Properties"]["AssumeRolePolicyDocument"]
        for resources, part in ((scheduled, ROLE), (theirs, "SchedulerRole"))
    ]
    mine, his = (
        {
            key: plain(value)
            for key, value in found["Statement"][0]["Condition"]["StringEquals"].items()
        }
        for found in statements
    )
    place = {"<AWS::Region>": "us-east-1", "<AWS::Partition>": "aws"}
    assert mine == {key: replaced(value, place) for key, value in his.items()}


def replaced(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def test_it_is_deleted_before_the_cleanup_begins(scheduled: dict[str, Any]) -> None:
    _, schedule = only(scheduled, "AWS::Scheduler::Schedule")
    cleanup, _ = only(scheduled, "Custom::Leftovers")
    assert cleanup in schedule["DependsOn"]


@pytest.mark.parametrize(
    "expression",
    [
        *(MONDAYS, "rate(7 days)", "rate(1 hour)", "cron(0/15 8-17 ? * MON-FRI *)"),
        *("cron(0 3 L * ? *)", "cron(0 6 ? * 2#1 *)", "cron(0 6 ? 1,7 FRIL *)"),
        "cron(5,35 06 1W JAN-MAR/2 ? 2027-2030)",
    ],
)
def test_recurring_expressions_are_accepted(expression: str) -> None:
    assert replace(DEV, schedule=expression).schedule == expression


@pytest.mark.parametrize(
    "expression",
    [
        "daily",
        "rate(0 days)",
        "rate(7 weeks)",
        "cron(0 6 * * *)",
        "cron(0 6 * * MON *)",
        "cron(0 6 ? * ? *)",
        "cron(60 6 ? * MON *)",
        "cron(0 24 ? * MON *)",
        "cron(0 6 32 * ? *)",
        "cron(0 6 1 13 ? *)",
        "cron(0 6 ? * XYZ *)",
        "cron(0 6 ? * 8 *)",
        "cron(0 6 ? * MON 26)",
        "cron(, / ? - , *)",
        "at(2026-12-24T18:00:00)",
    ],
)
def test_other_expressions_are_refused_with_what_is_allowed(expression: str) -> None:
    with pytest.raises(SettingsError, match=r"schedule=.*: allowed is rate\(NUMBER") as refused:
        replace(DEV, schedule=expression)
    assert refused.value.value == expression


@pytest.mark.parametrize("key", ["", "/reviews.csv", "s3://bucket/reviews.csv"])
def test_the_reviews_are_a_key_of_the_data_bucket(key: str) -> None:
    with pytest.raises(SettingsError, match=r"scheduled_reviews=.*: allowed is the key of an ob"):
        replace(DEV, schedule=MONDAYS, scheduled_reviews=key)
