"""Whether an endpoint may be stopped."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any


def reason_to_stay(
    endpoint: dict[str, Any],
    idle: timedelta,
    now: datetime,
    *,
    deploying: Callable[[], str],
    requests_since: Callable[[datetime], int],
) -> str:
    """Why the endpoint stays, as a sentence; empty if it may be stopped.

    `endpoint` is the answer of DescribeEndpoint. `deploying` returns the execution that still
    deploys to it, and `requests_since` how often it was invoked; they are called if needed.
    """
    if endpoint["EndpointStatus"] != "InService":  # during a canary it is Updating
        return f"it is {endpoint['EndpointStatus']}"
    changed = endpoint["LastModifiedTime"]
    if now - changed < idle:
        return f"it was created or changed at {changed.isoformat()}"
    if execution := deploying():
        return f"{execution} still deploys to it"
    since = now - idle
    if count := requests_since(since):
        return f"{count} requests since {since.isoformat()}"
    return ""
