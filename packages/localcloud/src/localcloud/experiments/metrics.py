"""BatchPutMetrics and BatchGetMetrics: the values that a run reports, by time or by iteration.

Refused, not ignored: metrics of what is no trial component.
"""

import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record
from localcloud.experiments.entity import COMPONENT

_OLDEST, _NEWEST = 14 * 24 * 3600, 2 * 3600  # the bounds that the SageMaker SDK checks, too
_SECONDS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Min": min,
    "Max": max,
    "Avg": statistics.fmean,
    "Count": len,
    "StdDev": statistics.pstdev,
    "Last": lambda values: values[-1],
}


def batch_put_metrics(cloud: Cloud, request: Record) -> Record:
    name = request["TrialComponentName"]
    known = cloud.store.get(COMPONENT.kind, name) is not None
    errors = []
    for index, metric in enumerate(request["MetricData"]):
        if known and -_OLDEST <= metric["Timestamp"] - time.time() <= _NEWEST:
            add(cloud, name, metric)
        else:
            errors.append({"Code": "VALIDATION_ERROR", "MetricIndex": index})
    return {"Errors": errors}


def add(cloud: Cloud, name: str, metric: Record) -> None:
    """Keeps a metric of the component of this name, which is in lower case."""
    # In the order in which they came, and no two with one name.
    key = f"{time.time_ns():020}/{uuid.uuid4()}"
    cloud.store.put(_kind(name), key, {**metric, "Key": key})


def _kind(name: str) -> str:
    """A kind for each component: they are read, and deleted, together."""
    return f"metrics of {name}"


def _read(cloud: Cloud, component: Record) -> list[Record]:
    """The oldest first; of one time, in the order in which they came."""
    found = cloud.store.list(_kind(component["TrialComponentName"].lower()))
    return sorted(found, key=lambda metric: float(metric["Timestamp"]))


def values(cloud: Cloud, name: str, metric: str) -> list[float]:
    """The values of one metric in their order; `name` is the component's, in lower case."""
    return [one["Value"] for one in cloud.store.list(_kind(name)) if one["MetricName"] == metric]


def forget(cloud: Cloud, component: Record) -> None:
    """Deletes the metrics of a deleted trial component."""
    kind = _kind(component["TrialComponentName"].lower())
    for metric in cloud.store.list(kind):
        cloud.store.delete(kind, metric["Key"])


def summaries(cloud: Cloud, component: Record) -> list[Record]:
    """The metrics in the form of DescribeTrialComponent. The source of a job's metrics is the
    job."""
    source = component.get("Source", {}).get("SourceArn", component["TrialComponentArn"])
    by_name: dict[str, list[Record]] = defaultdict(list)
    for metric in _read(cloud, component):
        by_name[metric["MetricName"]].append(metric)
    return [
        {
            "MetricName": name,
            "SourceArn": source,
            "TimeStamp": found[-1]["Timestamp"],
            **{stat: _statistic(stat, found) for stat in _STATISTICS},
        }
        for name, found in sorted(by_name.items())
    ]


def _statistic(name: str, metrics: Sequence[Record]) -> float:
    return _STATISTICS[name]([metric["Value"] for metric in metrics])


def batch_get_metrics(cloud: Cloud, request: Record) -> Record:
    return {"MetricQueryResults": [_answer(cloud, query) for query in request["MetricQueries"]]}


def _answer(cloud: Cloud, query: Record) -> Record:
    try:
        points = _points(cloud, query)
    except (ResourceNotFound, ValidationException) as error:
        return _result("ValidationError") | {"Message": error.message}
    return _result("Complete", points)


def _result(status: str, points: Mapping[int, float] | None = None) -> Record:
    points = points or {}
    return {"Status": status, "XAxisValues": list(points), "MetricValues": list(points.values())}


def _points(cloud: Cloud, query: Record) -> dict[int, float]:
    """The statistic of each period that has values; times are seconds since the epoch."""
    position = _position(query)
    component = COMPONENT.find(cloud, _component_name(query["ResourceArn"]))
    named = [
        metric for metric in _read(cloud, component) if metric["MetricName"] == query["MetricName"]
    ]
    if not named:
        raise ValidationException(f"Metric {query['MetricName']} was not found.")
    periods: dict[int, list[Record]] = defaultdict(list)
    for metric in named:
        at = position(metric)
        if at is not None and query.get("Start", at) <= at <= query.get("End", at):
            periods[at].append(metric)
    return {at: _statistic(query["MetricStat"], periods[at]) for at in sorted(periods)}


def _component_name(arn: str) -> str:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind != COMPONENT.kind:
        raise ValidationException(f"Metrics of a {kind} are not supported by localcloud")
    return name


def _position(query: Record) -> Callable[[Record], int | None]:
    """Where a metric is on the query's x-axis; one without a step is on no axis of iterations."""
    axis, period = query["XAxisType"], query["Period"]
    if (axis == "IterationNumber") != (period == "IterationNumber"):
        raise ValidationException(f"Period {period} does not go with XAxisType {axis}.")
    if axis == "IterationNumber":
        return lambda metric: metric.get("Step")
    seconds = _SECONDS[period]
    return lambda metric: int(metric["Timestamp"] // seconds * seconds)
