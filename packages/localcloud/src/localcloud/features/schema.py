"""The schema of a feature group: its features, and the values that they may have."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationError
from localcloud.core.records import Record
from localcloud.features.group import find_group
from localcloud.features.online import Values

_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
_CASTS: Mapping[str, Callable[[str], Any]] = {"String": str, "Integral": int, "Fractional": float}
_INTEGERS = range(-(2**63), 2**63)


@dataclass(frozen=True)
class Schema:
    """Types of features by name, and which of OnlineStore and OfflineStore the group has."""

    name: str
    kinds: Mapping[str, str]
    identifier: str
    event_time: str
    stores: tuple[str, ...]
    ttl: Mapping[str, Any] | None

    @classmethod
    def of(cls, group: Record) -> Self:
        online = group.get("OnlineStoreConfig", {})
        present = {
            "OnlineStore": online.get("EnableOnlineStore", False),
            "OfflineStore": "OfflineStoreConfig" in group,
        }
        return cls(
            name=group["FeatureGroupName"],
            kinds={one["FeatureName"]: one["FeatureType"] for one in group["FeatureDefinitions"]},
            identifier=group["RecordIdentifierFeatureName"],
            event_time=group["EventTimeFeatureName"],
            stores=tuple(store for store, exists in present.items() if exists),
            ttl=online.get("TtlDuration"),
        )

    def targets(self, wanted: list[str] | None) -> Iterable[str]:
        """The stores that a request means. Raises ValidationError for one that is not there."""
        for store in wanted or []:
            if store not in self.stores:
                raise ValidationError(
                    f"TargetStores {store!r} does not exist in this group; "
                    f"it has {list(self.stores)}"
                )
        return wanted or self.stores

    def values(self, record: Iterable[Record]) -> Values:
        """Feature values by name. Raises ValidationError for a value its feature cannot have."""
        values: Values = {}
        for item in record:
            name = item["FeatureName"]
            kind = self.kinds.get(name)
            if kind is None:
                raise ValidationError(
                    f"Feature name {name!r} is not in the group's definitions: "
                    f"{', '.join(self.kinds)}"
                )
            if name in values:
                raise ValidationError(f"Feature name {name!r} occurs more than once")
            value = item.get("ValueAsString")
            if value is None:
                raise ValidationError(f"Feature {name!r} needs ValueAsString; lists are refused")
            _check(name, kind, value)
            values[name] = value
        for field, needed in (
            ("RecordIdentifierFeatureName", self.identifier),
            ("EventTimeFeatureName", self.event_time),
        ):
            if not values.get(needed):
                raise ValidationError(f"{field} {needed!r} is missing in the record")
        return values

    def seconds(self, event_time: str) -> float:
        """An event time as seconds since the epoch. Raises ValidationError."""
        if self.kinds[self.event_time] != "String":
            return self._epoch(event_time)
        if not _ISO_8601.fullmatch(event_time):
            raise ValidationError(
                f"Event time {self.event_time!r} is {event_time!r}; it must be "
                "yyyy-MM-dd'T'HH:mm:ssZ or yyyy-MM-dd'T'HH:mm:ss.SSSZ, in UTC"
            )
        try:
            return datetime.fromisoformat(event_time).timestamp()
        except ValueError as error:
            raise ValidationError(
                f"Event time {self.event_time!r} is {event_time!r}: {error}"
            ) from error

    def _epoch(self, event_time: str) -> float:
        """Raises ValidationError for what is no point in time, and so in no partition."""
        try:
            seconds = float(event_time)
            datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ValidationError(
                f"Event time {self.event_time!r} is {event_time!r}; it must be seconds since the "
                "epoch, in years 1-9999"
            ) from error
        return seconds


def _check(name: str, kind: str, value: str) -> None:
    try:
        number = _CASTS[kind](value)
    except ValueError as error:
        raise ValidationError(f"Feature {name!r} is {kind}, not {value!r}") from error
    if kind == "Integral" and number not in _INTEGERS:
        raise ValidationError(f"Feature {name!r} is Integral of 64 bits, not {value!r}")


class _Schemas(Service):
    """A cache of schemas, each valid while the store has seen no more changes."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.known: dict[str, tuple[int, Schema]] = {}


def open_schema(cloud: Cloud, name: str) -> Schema:
    """The schema of a group that is Created. Raises ResourceNotFound, or ValidationError for other
    states."""
    known = cloud.service(_Schemas).known
    changes = cloud.store.changes
    found = known.get(name)
    if found is None or found[0] != changes:
        group = find_group(cloud, name)
        if group["FeatureGroupStatus"] != "Created":
            raise ValidationError(
                f"FeatureGroup {name} is in status {group['FeatureGroupStatus']}; "
                "it must be Created"
            )
        found = known[name] = changes, Schema.of(group)
    return found[1]
