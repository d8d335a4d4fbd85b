"""Checks that several groups of settings use."""

import re
from zoneinfo import available_timezones

from infra.setting_error import SettingsError

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; either day or weekday
# must be a question mark.
_SCHEDULE = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|"
    r"cron\((?=[^?]*\?[^?]*$)"
    r"[\d*/,-]+ [\d*/,-]+ [\d*?/LW,-]+ [\dA-Z*/,-]+ [\dA-Z*?#,-]+ [\d*/,-]+\)"
)

_INSTANCE_TYPE = re.compile(r"ml\.[^.]+\.[^.]+")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises SettingsError for a number that is not from `low` to `high`."""
    if not low <= value <= high:
        raise SettingsError(name=name, value=value, allowed=f"{low} to {high}")


def check_instance_type(name: str, value: str) -> None:
    """Raises SettingsError for what is not like ml.m7i.large."""
    if not _INSTANCE_TYPE.fullmatch(value):
        raise SettingsError(name=name, value=value, allowed="ml.<family>.<size>")


def check_schedule(name: str, value: str) -> None:
    """Raises SettingsError for what is neither empty nor an expression of EventBridge Scheduler."""
    if value and not _SCHEDULE.fullmatch(value):
        raise SettingsError(
            name=name,
            value=value,
            allowed="rate(NUMBER minutes|hours|days), or cron(MINUTE HOUR DAY MONTH WEEKDAY "
            "YEAR) with a ? for either DAY or WEEKDAY",
        )


def check_time_zone(name: str, value: str) -> None:
    """Raises SettingsError for what is not in the time zone database of IANA, which EventBridge
    Scheduler takes: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

    A machine without the database, such as a small container, leaves the check to the deployment.
    """
    known = {"UTC", *available_timezones()}
    if value not in known and len(known) > 1:
        allowed = "a name of the IANA time zone database, such as UTC or Europe/Berlin"
        raise SettingsError(name=name, value=value, allowed=allowed)
