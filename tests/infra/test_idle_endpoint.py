"""An endpoint that nobody asks is stopped, and starts again: functions, schedules and settings."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.setting_error import SettingsError
from infra.settings import Endpoint, settings_for
from tests.infra import variants
from tests.infra.conftest import Synthesised, plain
from tests.infra.synthesis import folder_of_the_run, templates

(DEV,) = settings_for("dev")
INSTANCE = "ml.m7i.large"
FUNCTIONS = ("stop-idle-endpoint", "start-endpoint")
Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """All resources of an environment that scales, and starts by a schedule."""
    return _resources(variants.synthesised("everything", folder_of_the_run(tmp_path_factory)))


def _resources(assembly: Path) -> Resources:
    found: Resources = {}
    for file in templates(assembly).values():
        found |= json.loads(file.read_text())["Resources"]
    return found


def _schedules(resources: Resources) -> Resources:
    return {
        item["Properties"]["Name"]: item
        for item in resources.values()
        if item["Type"] == "AWS::Scheduler::Schedule"
    }


def _actions(resources: Resources, part: str) -> set[str]:
    """What the role of a function may do, by a part of its logical id."""
    (policy,) = (
        item
        for name, item in resources.items()
        if item["Type"] == "AWS::IAM::Policy" and part in name
    )
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    listed = [statement["Action"] for statement in statements]
    return {action for one in listed for action in ([one] if isinstance(one, str) else one)}


def test_it_is_looked_after_every_few_minutes(scaled: Resources) -> None:
    schedule = _schedules(scaled)["reviews-dev-stop-idle-endpoint"]["Properties"]
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert json.loads(schedule["Target"]["Input"]) == {"idle_hours": 12, "scales": True}
    assert "StopIdleEndpoint" in plain(schedule["Target"]["Arn"])


def test_it_starts_by_its_schedule_in_its_time_zone(scaled: Resources) -> None:
    schedule = _schedules(scaled)["reviews-dev-start-endpoint"]["Properties"]
    assert schedule["ScheduleExpression"] == "cron(0 7 ? * MON-FRI *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert "StartEndpoint" in plain(schedule["Target"]["Arn"])


def test_the_role_of_the_schedules_may_invoke_both_functions_and_nothing_else(
    scaled: Resources,
) -> None:
    (policy,) = (
        item
        for name, item in scaled.items()
        if item["Type"] == "AWS::IAM::Policy" and "EndpointSchedule" in name
    )
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    invoked = {plain(found).rpartition(":")[2] for found in statement["Resource"]}
    assert invoked == {f"reviews-dev-{function}" for function in FUNCTIONS}


def test_the_schedules_are_deleted_before_the_cleanup_begins(scaled: Resources) -> None:
    (cleanup,) = (name for name, item in scaled.items() if item["Type"] == "Custom::Leftovers")
    for function in FUNCTIONS:
        assert cleanup in _schedules(scaled)[f"reviews-dev-{function}"]["DependsOn"]


def test_who_may_start_it_may_neither_stop_it_nor_change_its_scaling(scaled: Resources) -> None:
    assert _actions(scaled, "FunctionsStartEndpoint") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DeleteEndpoint",
        "sagemaker:AddTags",
        "kms:CreateGrant",
        "kms:DescribeKey",
        "kms:Decrypt",
        "s3:ListBucket",
        "s3:GetObject",
    }


def test_only_an_endpoint_that_scales_needs_the_permissions_of_scaling(
    scaled: Resources, synthesised: Synthesised
) -> None:
    dev: Resources = synthesised.template("dev", "Pipeline")["Resources"]
    scaling = "application-autoscaling:RegisterScalableTarget"
    assert scaling in _actions(scaled, "FunctionsStopIdleEndpoint")
    assert not {
        action
        for action in _actions(dev, "FunctionsStopIdleEndpoint")
        if action.startswith(("application-autoscaling:", "iam:"))
    }


def test_only_dev_stops_its_endpoint(synthesised: Synthesised) -> None:
    stopping = {
        environment
        for environment in ("local", "dev", "staging", "prod")
        for item in synthesised.template(environment, "Pipeline")["Resources"].values()
        if item["Type"] == "AWS::Lambda::Function"
        and item["Properties"]["FunctionName"].endswith(FUNCTIONS)
    }
    assert stopping == {"dev"}


def test_without_a_schedule_it_starts_on_request_only(synthesised: Synthesised) -> None:
    schedules = _schedules(synthesised.template("dev", "Pipeline")["Resources"])
    assert set(schedules) == {"reviews-dev-stop-idle-endpoint"}


@pytest.mark.parametrize("hours", [-1, 337])
def test_hours_out_of_range_are_refused(hours: int) -> None:
    with pytest.raises(SettingsError, match=r"endpoint.stop_after_idle_hours=.*: allowed is 0 to"):
        Endpoint(instance_type=INSTANCE, stop_after_idle_hours=hours)


def test_a_serverless_endpoint_is_not_stopped_since_it_costs_nothing() -> None:
    expected = r"endpoint.stop_after_idle_hours=4: allowed is 0 for serverless, which costs nothing"
    with pytest.raises(SettingsError, match=expected):
        Endpoint(instance_type=INSTANCE, serverless_memory_mb=2048, stop_after_idle_hours=4)


def test_what_nothing_stops_has_no_schedule_to_start() -> None:
    expected = r"endpoint.start_schedule='rate\(1 day\)'.*: allowed is empty while"
    with pytest.raises(SettingsError, match=expected):
        Endpoint(instance_type=INSTANCE, start_schedule="rate(1 day)")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_schedule", "every morning"),
        ("start_schedule", "cron(0 7 * * MON-FRI *)"),
        ("start_time_zone", "CET+1"),
        ("start_time_zone", "Berlin"),
        ("start_time_zone", ""),
    ],
)
def test_a_schedule_and_a_time_zone_that_do_not_exist_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"endpoint.{name}=") as refused:
        replace(DEV.endpoint, **{name: value})
    assert refused.value.value == value
