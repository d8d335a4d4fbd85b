"""The requests to an endpoint and their errors, from its metrics in CloudWatch.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: of each request that was
answered without such an error, 0 is sent, so without requests there are no data points at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.names import VARIANT

_METRICS = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
_PERIOD = 300  # seconds
_WINDOWS = (1, 24)  # hours


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The last `hours`; None where CloudWatch has no data points."""

    hours: int
    requests: int | None
    errors_4xx: int | None
    errors_5xx: int | None


def read(cloudwatch: Any, endpoint: str, now: datetime) -> list[Traffic]:
    """The last hour and the last day, by periods of five minutes."""
    points = [_points(cloudwatch, endpoint, metric, now) for metric in _METRICS]
    return [_window(points, now, hours) for hours in _WINDOWS]


def _points(cloudwatch: Any, endpoint: str, metric: str, now: datetime) -> list[dict[str, Any]]:
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": VARIANT},
        ],
        StartTime=now - timedelta(hours=max(_WINDOWS)),
        EndTime=now,
        Period=_PERIOD,
        Statistics=["Sum"],
    )
    return list(answer["Datapoints"])


def _window(points: Sequence[list[dict[str, Any]]], now: datetime, hours: int) -> Traffic:
    begin = now - timedelta(hours=hours)
    requests, errors_4xx, errors_5xx = (_sum(every, begin) for every in points)
    return Traffic(hours=hours, requests=requests, errors_4xx=errors_4xx, errors_5xx=errors_5xx)


def _sum(points: list[dict[str, Any]], begin: datetime) -> int | None:
    sums = [point["Sum"] for point in points if point["Timestamp"] >= begin]
    return round(sum(sums)) if sums else None
