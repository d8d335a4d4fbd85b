"""Alarms, with and without data, through a real boto3 client."""

import json
import time
from typing import Any

import pytest

from worlds.execution_world import World
from worlds.waiting import until

NAMESPACE = "Tests"


@pytest.fixture(scope="module")
def cloudwatch(world: World) -> Any:
    return world.client("cloudwatch")


def put_alarm(cloudwatch: Any, name: str, **changes: Any) -> None:
    cloudwatch.put_metric_alarm(
        **{
            "AlarmName": name,
            "Namespace": NAMESPACE,
            "MetricName": name,
            "Dimensions": [{"Name": "Endpoint", "Value": "mine"}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 10,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **changes,
        }
    )


def publish(cloudwatch: Any, name: str, value: float, *, age: float = 0, to: str = "mine") -> None:
    datum = {
        "MetricName": name,
        "Value": value,
        "Timestamp": time.time() - age,
        "Dimensions": [{"Name": "Endpoint", "Value": to}],
    }
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def state(cloudwatch: Any, name: str) -> str:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    value: str = alarm["StateValue"]
    return value


def test_an_alarm_is_over_when_no_more_data_come(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "over", Period=3)  # in which it is looked at once
    assert state(cloudwatch, "over") == "OK"
    publish(cloudwatch, "over", 99)
    assert state(cloudwatch, "over") == "ALARM"
    assert until(lambda: state(cloudwatch, "over"), lambda found: found == "OK") == "OK"
    history = cloudwatch.describe_alarm_history(AlarmName="over")
    summaries = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    assert "Alarm updated from ALARM to OK" in summaries


def test_missing_data_mean_what_the_alarm_says(cloudwatch: Any) -> None:
    for treatment, expected in (
        ("notBreaching", "OK"),
        ("breaching", "ALARM"),
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),  # as it was
    ):
        put_alarm(cloudwatch, treatment, TreatMissingData=treatment)
        assert state(cloudwatch, treatment) == expected


def test_another_endpoints_data_ring_nothing(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "mine-only")
    publish(cloudwatch, "mine-only", 99, to="yours")
    assert state(cloudwatch, "mine-only") == "OK"


def test_every_period_counts_by_itself(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "periods", EvaluationPeriods=3)
    publish(cloudwatch, "periods", 99)
    publish(cloudwatch, "periods", 1, age=70)
    publish(cloudwatch, "periods", 99, age=130)
    assert state(cloudwatch, "periods") == "OK"
    put_alarm(cloudwatch, "periods", EvaluationPeriods=3, DatapointsToAlarm=2)
    assert state(cloudwatch, "periods") == "ALARM"


def test_a_state_set_by_hand_holds_for_a_period(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "by-hand")
    cloudwatch.set_alarm_state(AlarmName="by-hand", StateValue="ALARM", StateReason="a drill")
    assert state(cloudwatch, "by-hand") == "ALARM"


def test_a_template_may_have_an_alarm_of_metric_math(world: World, cloudwatch: Any) -> None:
    cloudformation, name = world.client("cloudformation"), "math"
    metric = {"Metric": {"Namespace": NAMESPACE, "MetricName": name}, "Period": 60, "Stat": "Sum"}
    properties = {
        "AlarmName": name,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 0.9,
        "Metrics": [
            {"Id": "share", "Expression": "a / 2", "ReturnData": True},
            {"Id": "a", "MetricStat": metric, "ReturnData": False},
        ],
    }
    resources = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}
    template = json.dumps({"Resources": resources})
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert [query["Id"] for query in alarm["Metrics"]] == ["share", "a"]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    assert "MetricName" not in alarm
