"""Alarms are evaluated period by period, and also when data are missing, as on AWS.

ministack pools all periods and dimensions of a metric, and leaves an alarm as it is while nothing
new is published. Metric math is stored but not evaluated: such an alarm stays INSUFFICIENT_DATA.
"""

import time
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Alarm = dict[str, Any]
Describe = Callable[..., Any]
Record = Callable[[str, dict[str, Any]], Alarm]
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": ge,
    "GreaterThanThreshold": gt,
    "LessThanOrEqualToThreshold": le,
    "LessThanThreshold": lt,
}
_WITHOUT_DATA = {"notBreaching": "OK", "breaching": "ALARM", "missing": "INSUFFICIENT_DATA"}
_OF_ONE_METRIC = (
    "MetricName",
    "Namespace",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Unit",
)
_EVALUATED = ("Data points ", "Unchecked: ")


def evaluate_by_periods(ministack: Ministack, _original: Any) -> Callable[[Alarm], None]:
    return lambda alarm: _evaluate(ministack.cloudwatch, alarm)


def evaluate_before_describing(ministack: Ministack, describe: Describe) -> Describe:
    def evaluate_and_describe(*request: Any) -> Any:
        ministack.cloudwatch._evaluate_all_alarms()  # time passes, even if nothing is published
        return describe(*request)

    return evaluate_and_describe


def _evaluate(cloudwatch: Any, alarm: Alarm) -> None:
    if not alarm.get("MetricName") or alarm["ComparisonOperator"] not in _COMPARISONS:
        return
    if _was_set_by_request(alarm):
        return
    values = _values(cloudwatch, alarm)
    state = _state(alarm, values)
    if state != alarm["StateValue"]:
        shown = [value for value in values if value is not None]
        _change(cloudwatch, alarm, state, f"Data points {shown} of the last {len(values)} periods")


def _was_set_by_request(alarm: Alarm) -> bool:
    """Whether SetAlarmState still holds: until the next evaluation, at most a period later."""
    by_hand = not alarm["StateReason"].startswith(_EVALUATED)
    return by_hand and time.time() < alarm["StateUpdatedTimestamp"] + alarm["Period"]


def _values(cloudwatch: Any, alarm: Alarm) -> list[float | None]:
    """The statistic of each of the last periods, newest first; None where there are no data."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm["Dimensions"]))
    metric = alarm["Namespace"], alarm["MetricName"], dimensions
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    now, points = time.time(), cloudwatch._metrics.get(metric) or []
    values: list[float | None] = []
    for number in range(alarm["EvaluationPeriods"]):
        end = now - number * alarm["Period"]
        period = [point for point in points if end - alarm["Period"] < point["Timestamp"] <= end]
        found = cloudwatch._calc_stats(period)
        values.append(cloudwatch._stat_value(found, statistic, period) if found else None)
    return values


def _state(alarm: Alarm, values: list[float | None]) -> str:
    treatment = alarm.get("TreatMissingData", "missing")
    if values.count(None) == len(values):
        return _WITHOUT_DATA.get(treatment) or str(alarm["StateValue"])
    compare, threshold = _COMPARISONS[alarm["ComparisonOperator"]], alarm["Threshold"]
    breaching = sum(
        treatment == "breaching" if value is None else compare(value, threshold) for value in values
    )
    return "ALARM" if breaching >= alarm.get("DatapointsToAlarm", len(values)) else "OK"


def _change(cloudwatch: Any, alarm: Alarm, state: str, reason: str) -> None:
    before = alarm["StateValue"]
    alarm |= {
        "StateValue": state,
        "StateReason": reason,
        "StateUpdatedTimestamp": int(time.time()),
    }
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def keep_metric_math(_ministack: Ministack, record: Record) -> Record:
    """Stores an alarm of metric math with the properties of its template."""

    def record_any(name: str, properties: dict[str, Any]) -> Alarm:
        metrics = properties.get("Metrics")
        if not metrics:
            alarm: Alarm = record(name, properties)
            return alarm
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        alarm = record(name, {**plain, "MetricName": "-", "Namespace": "-"})
        return {
            **{key: value for key, value in alarm.items() if key not in _OF_ONE_METRIC},
            "Metrics": metrics,
        }

    return record_any


_PERIODS = "CloudWatch: alarms pool all periods and dimensions of a metric, and ignore missing data"
PATCHES = (
    Patch(
        target="services.cloudwatch:_evaluate_alarm",
        make=evaluate_by_periods,
        why="an alarm is evaluated by period and dimensions, and treats missing data as it says",
        upstream=_PERIODS,
        test="ministack/test_cloudwatch.py::test_every_period_counts_by_itself",
        uses=names(
            "services.cloudwatch",
            *("_calc_stats", "_dims_from_list", "_dims_key", "_dispatch_alarm_actions"),
            *("_evaluate_parent_alarms", "_metrics", "_record_history", "_stat_value"),
        ),
    ),
    Patch(
        target="services.cloudwatch:_describe_alarms",
        make=evaluate_before_describing,
        why="an alarm is evaluated when no more data are published",
        upstream=_PERIODS,
        test="ministack/test_cloudwatch.py::test_an_alarm_is_over_when_no_more_data_come",
        uses=names("services.cloudwatch", "_evaluate_all_alarms"),
    ),
    Patch(
        target="services.cloudformation.provisioners:_cw_metric_alarm_record",
        make=keep_metric_math,
        why="a template may have an alarm of metric math",
        upstream="CloudFormation: AWS::CloudWatch::Alarm with Metrics is refused",
        test="ministack/test_cloudwatch.py::test_a_template_may_have_an_alarm_of_metric_math",
    ),
)
