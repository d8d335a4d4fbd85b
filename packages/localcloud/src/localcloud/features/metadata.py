"""Descriptions and parameters of features, beyond their definitions."""

import time
from collections.abc import Iterable
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record

_KIND = "feature-metadata"


def metadata_of(cloud: Cloud, group: Record) -> list[Record]:
    """The metadata of each feature, in the order of the group's definitions."""
    return [
        {
            "FeatureGroupArn": group["FeatureGroupArn"],
            "FeatureGroupName": group["FeatureGroupName"],
            "FeatureName": definition["FeatureName"],
            "FeatureType": definition["FeatureType"],
            "CreationTime": group["CreationTime"],
            "LastModifiedTime": group["CreationTime"],
            **(cloud.store.get(_KIND, _key(group, definition["FeatureName"])) or {}),
        }
        for definition in group["FeatureDefinitions"]
    ]


def note(cloud: Cloud, group: Record, feature: str, **changes: Any) -> None:
    """Keeps what differs from the definition in the group."""
    known = cloud.store.get(_KIND, _key(group, feature)) or {}
    cloud.store.put(_KIND, _key(group, feature), {**known, **changes})


def note_additions(cloud: Cloud, group: Record, definitions: Iterable[Record]) -> None:
    """Creation times of features that were added to an existing group."""
    now = time.time()
    for definition in definitions:
        note(cloud, group, definition["FeatureName"], CreationTime=now, LastModifiedTime=now)


def forget(cloud: Cloud, group: Record) -> None:
    """Deletes the metadata of a deleted group."""
    for definition in group["FeatureDefinitions"]:
        cloud.store.delete(_KIND, _key(group, definition["FeatureName"]))


def _key(group: Record, feature: str) -> str:
    return f"{group['FeatureGroupName']}/{feature}"
