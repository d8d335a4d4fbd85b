"""The alarms, their topic, and the rollback of an update."""

import json
from fnmatch import fnmatch
from typing import Any

import pytest

from infra.settings import ENVIRONMENTS
from tests.infra.conftest import Synthesised, plain

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)


@EVERY
def test_every_alarm_tells_the_topic(synthesised: Synthesised, environment: str) -> None:
    (topic,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::Topic")
    alarms = synthesised.resources(environment, "Pipeline", "AWS::CloudWatch::Alarm").values()
    drift = () if environment == "dev" else ("Drift", "DriftReports")
    expected = ("EndpointErrors", "EndpointLatency", "Executions", "PredictedClasses", *drift)
    names = {f"reviews-{environment}-{name}" for name in expected}
    assert {alarm["Properties"]["AlarmName"] for alarm in alarms} == names
    for alarm in alarms:
        properties = alarm["Properties"]
        assert [plain(action) for action in properties["AlarmActions"]] == [f"<{topic}>"]
        is_drift = properties["AlarmName"].endswith("-Drift")
        assert properties["TreatMissingData"] == ("ignore" if is_drift else "notBreaching")


@EVERY
def test_an_update_is_rolled_back_by_alarms_that_there_are(
    synthesised: Synthesised, environment: str
) -> None:
    alarms = synthesised.resources(environment, "Pipeline", "AWS::CloudWatch::Alarm").values()
    names = {alarm["Properties"]["AlarmName"] for alarm in alarms}
    deploy = synthesised.definition(environment)["States"]["DeployEndpoint"]
    update = deploy["Arguments"]["Payload"]["update"]["DeploymentConfig"]
    rollback = {item["AlarmName"] for item in update["AutoRollbackConfiguration"]["Alarms"]}
    assert rollback == {
        f"reviews-{environment}-EndpointErrors",
        f"reviews-{environment}-EndpointLatency",
    }
    assert rollback <= names


@EVERY
def test_the_log_of_the_endpoint_counts_every_class(
    synthesised: Synthesised, environment: str
) -> None:
    filters = synthesised.resources(environment, "Pipeline", "AWS::Logs::MetricFilter").values()
    counted = {
        item["Properties"]["MetricTransformations"][0]["MetricValue"]: item["Properties"]
        for item in filters
    }
    fields = ["class_negative", "class_neutral", "class_positive"]
    assert set(counted) == {f"${field}" for field in ["total", *fields]}
    for properties in counted.values():
        assert properties["FilterPattern"] == (
            f'[..., word="predicted", total, {", ".join(fields)}]'
        )


@EVERY
def test_the_topic_takes_nothing_over_plain_http(
    synthesised: Synthesised, environment: str
) -> None:
    (topic,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::Topic").values()
    assert "KmsMasterKeyId" in topic["Properties"]
    (policy,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::TopicPolicy").values()
    denied = [
        statement["Condition"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert denied == [{"Bool": {"aws:SecureTransport": "false"}}]


@EVERY
def test_the_topic_and_its_key_let_the_alarms_of_the_environment_publish(
    synthesised: Synthesised, environment: str
) -> None:
    """A policy of one's own replaces the default one, by which CloudWatch may publish."""
    (topic,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::Topic")
    (policy,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::TopicPolicy").values()
    allowed = of_cloudwatch(policy["Properties"]["PolicyDocument"])
    assert (allowed["Action"], plain(allowed["Resource"])) == ("sns:Publish", f"<{topic}>")
    account = allowed["Condition"]["StringEquals"]["aws:SourceAccount"]
    assert plain(account) == "<AWS::AccountId>"
    pattern = plain(allowed["Condition"]["ArnLike"]["aws:SourceArn"])
    assert pattern.endswith(f":cloudwatch:us-east-1:<AWS::AccountId>:alarm:reviews-{environment}-*")
    alarms = synthesised.resources(environment, "Pipeline", "AWS::CloudWatch::Alarm").values()
    assert all(
        fnmatch(f"alarm:{alarm['Properties']['AlarmName']}", pattern[pattern.index("alarm:") :])
        for alarm in alarms
    )

    (key,) = synthesised.resources(environment, "Storage", "AWS::KMS::Key").values()
    allowed = of_cloudwatch(key["Properties"]["KeyPolicy"])
    assert allowed["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def of_cloudwatch(policy: dict[str, Any]) -> dict[str, Any]:
    """The statement that is about CloudWatch."""
    (found,) = [
        statement
        for statement in policy["Statement"]
        if statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]
    assert found["Effect"] == "Allow"
    return dict(found)


@EVERY
def test_the_dashboard_shows_executions_jobs_and_the_endpoint(
    synthesised: Synthesised, environment: str
) -> None:
    found = synthesised.resources(environment, "Pipeline", "AWS::CloudWatch::Dashboard").values()
    (dashboard,) = found
    widgets = json.loads(plain(dashboard["Properties"]["DashboardBody"]))["widgets"]
    titles = [widget["properties"]["title"] for widget in widgets]
    assert titles == [
        "Executions",
        "Jobs: seconds from the first to the last line of their logs",
        "Endpoint",
        "Latency of the model, microseconds",
        "Predicted classes",
    ]
