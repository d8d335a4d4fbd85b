"""EventBridge Scheduler: a schedule is due by the clock of its time zone, summer time included.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names
from localcloud.ministack.schedules import GROUP, TEMPLATE, new_properties

_AT = re.compile(r"at\((.+)\)")
_ZONE, _UTC = "ScheduleExpressionTimezone", "UTC"
Values = dict[str, Any]
Key = tuple[str, str, str]  # account, region, group/name
Handle = Callable[..., Any]


def fire_in_time_zones(ministack: Ministack, _original: Any) -> Callable[[], None]:
    """What ministack calls every ten seconds."""
    started, scheduler = time.time(), ministack.scheduler

    def tick() -> None:
        now, fired = time.time(), scheduler._schedule_last_fired
        for key, schedule in list(scheduler._schedules._data.items()):
            begin = max(schedule["CreationDate"], started)
            due = next_time(ministack.eventbridge, schedule, begin, fired.get(key))
            if due is not None and due <= now and _is_active(scheduler, schedule, now):
                fired[key] = now
                copy_context().run(_deliver, ministack, key, schedule)
                _complete(scheduler, key, schedule)

    return tick


def next_time(
    eventbridge: Any, schedule: Mapping[str, Any], begin: float, fired: float | None = None
) -> float | None:
    """When the schedule is due, in seconds since the epoch, or None for never.

    `begin` is when it was created, `fired` when it has fired last. `eventbridge` is ministack's
    module, which reads the expressions.
    """
    last = begin if fired is None else fired
    expression = schedule["ScheduleExpression"].strip()
    zone = ZoneInfo(schedule.get(_ZONE) or _UTC)
    if once := _AT.fullmatch(expression):
        moment = datetime.fromisoformat(once[1].strip()).replace(tzinfo=zone)
        return moment.timestamp() if fired is None else None
    if seconds := eventbridge._parse_rate_seconds(expression):
        return last + float(seconds)
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        return None
    found = eventbridge._cron_next_fire(fields, datetime.fromtimestamp(last, zone))
    return float(found.timestamp()) if found else None


def _is_active(scheduler: Any, schedule: Values, now: float) -> bool:
    start, end = (scheduler._to_epoch(schedule.get(name)) for name in ("StartDate", "EndDate"))
    is_in_time = (start is None or start <= now) and (end is None or now <= end)
    return schedule.get("State") == "ENABLED" and is_in_time


def _deliver(ministack: Ministack, key: Key, schedule: Values) -> None:
    account, region, _ = key
    ministack.responses.set_request_account_id(account)
    ministack.responses.set_request_region(region)
    event = {
        "EventId": ministack.responses.new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": time.time(),
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    ministack.eventbridge._invoke_target(schedule["Target"], event, schedule)


def _complete(scheduler: Any, key: Key, schedule: Values) -> None:
    is_once = bool(_AT.fullmatch(schedule["ScheduleExpression"].strip()))
    if is_once and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler._schedules._data.pop(key, None)


def keep_time_zone(ministack: Ministack, handle: Handle) -> Handle:
    """Keeps the time zone of a template's schedule."""

    def handle_in_zone(*given: Any) -> Any:
        name, attributes = handle(*given)
        properties = new_properties(given)
        group = properties.get("GroupName", GROUP)
        schedule = ministack.scheduler._schedules[f"{group}/{name}"]
        schedule[_ZONE] = properties.get(_ZONE, _UTC)
        return name, attributes

    return handle_in_zone


_TESTS = "ministack/test_schedules.py"
PATCHES = (
    Patch(
        target="services.scheduler:_tick_schedules",
        make=fire_in_time_zones,
        why="a schedule fires in its time zone",
        upstream="Scheduler: ScheduleExpressionTimezone is stored and not used",
        test=f"{_TESTS}::test_a_schedule_fires_by_the_clock_of_its_time_zone",
        uses=(
            *names("services.scheduler", "_schedule_last_fired", "_schedules", "_to_epoch"),
            *names("services.eventbridge", "_cron_next_fire", "_invoke_target"),
            *names("services.eventbridge", "_parse_cron_fields", "_parse_rate_seconds"),
        ),
    ),
    *(
        Patch(
            target=f"{TEMPLATE}[{action}]",
            make=keep_time_zone,
            why="a schedule of a template has its time zone",
            upstream="CloudFormation: AWS::Scheduler::Schedule loses ScheduleExpressionTimezone",
            test=f"{_TESTS}::test_a_template_{action}s_a_schedule_with_its_time_zone",
            uses=names("services.scheduler", "_schedules"),
        )
        for action in ("create", "update")
    ),
)
