"""The baking period of a blue/green update, and the alarms that roll it back.

Alarms are read with the execution role's credentials, which need cloudwatch:DescribeAlarms, as on
AWS.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from localcloud.hosting.endpoint_record import FailedChange
from localcloud.hosting.traffic import Policy

_LOOK_SECONDS = 1


class RollbackError(FailedChange):
    """The update is rolled back: all traffic returns to the blue fleet."""


class ServerStopped(Exception):
    """The embedded AWS shuts down in the middle of an update."""


class Baking:
    """Watches one update. `cloudwatch` is a client, needed only if the policy names alarms."""

    def __init__(
        self,
        policy: Policy,
        cloudwatch: Any,
        stopping: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy, self._cloudwatch = policy, cloudwatch
        self._stopping, self._clock = stopping, clock
        self._deadline = clock() + policy.limit_seconds

    def bake(self) -> None:
        """Waits for one interval; raises RollbackError as soon as an alarm is in ALARM."""
        end = self._clock() + self._policy.wait_seconds
        while True:
            self._look()
            if (left := end - self._clock()) <= 0:
                return
            if self._stopping.wait(min(left, _LOOK_SECONDS)):
                raise ServerStopped

    def check_alarms_exist(self) -> None:
        missing = set(self._policy.alarms) - self._states().keys()
        if missing:
            raise RollbackError(f"Could not find the alarms {', '.join(sorted(missing))}.")

    def _look(self) -> None:
        in_alarm = sorted(name for name, state in self._states().items() if state == "ALARM")
        if in_alarm:
            raise RollbackError(
                "The deployment was rolled back to the previous endpoint configuration because of "
                f"auto-rollback alarms in ALARM state: {', '.join(in_alarm)}."
            )
        if self._clock() > self._deadline:
            raise RollbackError(
                "The deployment was rolled back to the previous endpoint configuration because it "
                f"took longer than MaximumExecutionTimeoutInSeconds {self._policy.limit_seconds}."
            )

    def _states(self) -> dict[str, str]:
        if not self._policy.alarms:
            return {}
        found = self._cloudwatch.describe_alarms(
            AlarmNames=list(self._policy.alarms), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
