"""TtlDuration of records in the online store, and the text of points in time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.core.errors import ValidationException

_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86_400, "Weeks": 604_800}
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC).timestamp()


def check_duration(duration: Mapping[str, Any]) -> None:
    """Raises ValidationException for a Unit without a Value, which the shape allows."""
    if len(duration) != 2:
        raise ValidationException("TtlDuration needs both Unit and Value")


def end(event_time: float, duration: Mapping[str, Any] | None) -> float | None:
    """ExpiresAt = EventTime + TtlDuration, in seconds since the epoch."""
    if not duration:
        return None
    seconds: int = _SECONDS[duration["Unit"]] * duration["Value"]
    return min(event_time + seconds, _LAST_MOMENT)


def iso_8601(moment: float) -> str:
    """The moment in ISO 8601, with milliseconds only where there are some."""
    text = datetime.fromtimestamp(round(moment, 3), UTC).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('+00:00').removesuffix('.000')}Z"
