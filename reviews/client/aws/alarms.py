"""The alarms of an environment in CloudWatch."""

from dataclasses import dataclass
from datetime import datetime

from reviews.client.aws.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`name` is without the environment; `state` is OK, ALARM or INSUFFICIENT_DATA, `since` when it
    became that, None where CloudWatch does not tell."""

    name: str
    state: str
    since: datetime | None
    reason: str
    description: str


def find(connection: Connection) -> list[Alarm]:
    """The environment's alarms, sorted by name."""
    prefix = f"{connection.settings.name}-"
    pages = connection.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        Alarm(
            name=item["AlarmName"].removeprefix(prefix),
            state=item["StateValue"],
            since=item.get("StateTransitionedTimestamp"),
            reason=item.get("StateReason", ""),
            description=item.get("AlarmDescription", ""),
        )
        for page in pages.paginate(AlarmNamePrefix=prefix)
        for item in page["MetricAlarms"]
    ]
    return sorted(found, key=lambda alarm: alarm.name)
