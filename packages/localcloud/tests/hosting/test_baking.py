import threading
from typing import Any

import pytest

from localcloud.hosting.baking import Baking, RollbackError, ServerStopped
from localcloud.hosting.traffic import Policy


class CloudWatch:
    """Alarms whose states change with every look."""

    def __init__(self, *states: str) -> None:
        self._states = iter(states)

    def describe_alarms(self, *, AlarmNames: list[str], AlarmTypes: list[str]) -> dict[str, Any]:
        assert "CompositeAlarm" in AlarmTypes
        return {"MetricAlarms": [{"AlarmName": "errors", "StateValue": next(self._states)}]}


class Stopping(threading.Event):
    """Time passes only while somebody waits."""

    now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0
        return self.is_set()


def baking(*states: str, stopping: Stopping | None = None, **changes: Any) -> Baking:
    stopping = stopping or Stopping()
    policy = Policy(wait_seconds=3, alarms=("errors",), **changes)
    return Baking(policy, CloudWatch(*states), stopping, clock=lambda: stopping.now)


def test_a_fleet_that_no_alarm_rings_for_is_baked_to_the_end() -> None:
    stopping = Stopping()
    baking("OK", "INSUFFICIENT_DATA", "OK", "OK", stopping=stopping).bake()
    assert stopping.now == 3


def test_an_alarm_ends_the_baking_at_once() -> None:
    stopping = Stopping()
    with pytest.raises(RollbackError, match=r"rolled back .* alarms in ALARM state: errors"):
        baking("OK", "ALARM", stopping=stopping).bake()
    assert stopping.now == 1


def test_an_update_that_takes_too_long_is_rolled_back() -> None:
    with pytest.raises(RollbackError, match="longer than MaximumExecutionTimeoutInSeconds 2"):
        baking(*["OK"] * 5, limit_seconds=2).bake()


def test_an_alarm_that_is_not_there_is_named() -> None:
    with pytest.raises(RollbackError, match="Could not find the alarms latency"):
        Baking(
            Policy(alarms=("errors", "latency")), CloudWatch("OK"), threading.Event()
        ).check_alarms_exist()


def test_a_server_that_stops_does_not_wait() -> None:
    stopping = Stopping()
    stopping.set()
    with pytest.raises(ServerStopped):
        baking("OK", stopping=stopping).bake()
