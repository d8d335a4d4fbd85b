"""Checks that several groups of settings use."""

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from infra.setting_error import SettingsError

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; either day or weekday
# must be a question mark.
_MINUTE, _HOUR, _DAY = r"[0-5]?\d", r"(?:[01]?\d|2[0-3])", r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_WEEKDAY, _YEAR = r"(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)", r"(?:19[7-9]\d|2[01]\d\d)"


def _cron_field(number: str, *others: str) -> str:
    """A pattern of a list of numbers, ranges and steps, or one of the `others`."""
    item = rf"(?:\*|{number}(?:-{number})?)(?:/[1-9]\d*)?"
    return rf"(?:{'|'.join([f'{item}(?:,{item})*', *others])})"


_CRON = " ".join(
    [
        _cron_field(_MINUTE),
        _cron_field(_HOUR),
        _cron_field(_DAY, r"\?", "LW?", f"{_DAY}W"),
        _cron_field(_MONTH),
        _cron_field(_WEEKDAY, r"\?", "L", f"{_WEEKDAY}L", f"{_WEEKDAY}#[1-5]"),
        _cron_field(_YEAR),
    ]
)
_SCHEDULE = re.compile(
    rf"rate\([1-9]\d* (?:minute|hour|day)s?\)|cron\((?=[^?]*\?[^?]*$){_CRON}\)", re.ASCII
)
_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises SettingsError for a number that is not from `low` to `high`."""
    if not low <= value <= high:
        raise SettingsError(name=name, value=value, allowed=f"{low} to {high}")


def check_instance_type(name: str, value: str) -> None:
    """Raises SettingsError for what is not like ml.m7i.large."""
    if not _INSTANCE_TYPE.fullmatch(value):
        raise SettingsError(name=name, value=value, allowed="ml.<family>.<size>")


def check_emails(name: str, values: Sequence[str]) -> None:
    """Raises SettingsError for what is no mail address, and for one that is there twice."""
    for at, value in enumerate(values):
        if not _EMAIL.fullmatch(value) or value in values[:at]:
            raise SettingsError(name=name, value=value, allowed="mail addresses, each once")


def check_schedule(name: str, value: str) -> None:
    """Raises SettingsError for what is neither empty nor an expression of EventBridge Scheduler."""
    if value and not _SCHEDULE.fullmatch(value):
        raise SettingsError(
            name=name,
            value=value,
            allowed="rate(NUMBER minutes|hours|days), or cron(MINUTE HOUR DAY MONTH WEEKDAY "
            "YEAR) with a ? for either DAY or WEEKDAY, each within its range",
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
