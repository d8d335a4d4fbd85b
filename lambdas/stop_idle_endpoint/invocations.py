"""How often an endpoint was invoked, by CloudWatch."""

import math
from datetime import datetime
from typing import Any

_MINUTE = 60  # a period is a multiple of it, for what is less than 15 days ago
_MOST_POINTS = 1400  # an answer may have 1,440; periods begin when CloudWatch wants them to


def count(client: Any, endpoint: dict[str, Any], since: datetime, now: datetime) -> int:
    """The requests to all variants, those that failed among them. `endpoint` is the answer of
    DescribeEndpoint.

    While nobody asks there are no data points: a missing one is no request.
    https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    variants = [
        variant["VariantName"]
        for kind in ("ProductionVariants", "ShadowProductionVariants")
        for variant in endpoint.get(kind, [])
    ]
    return sum(
        _invocations(client, endpoint["EndpointName"], variant, since, now) for variant in variants
    )


def _invocations(client: Any, endpoint: str, variant: str, since: datetime, now: datetime) -> int:
    answer = client.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ],
        StartTime=since,
        EndTime=now,
        Period=_MINUTE * math.ceil((now - since).total_seconds() / _MINUTE / _MOST_POINTS),
        Statistics=["Sum"],
    )
    return round(sum(float(point["Sum"]) for point in answer["Datapoints"]))
