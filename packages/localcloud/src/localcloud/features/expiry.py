"""Hard deletion of records whose time to live is over, also in the offline store."""

import json
import time

from localcloud.core.cloud import Cloud
from localcloud.features.duration import iso_8601
from localcloud.features.online import Expired, OnlineStore
from localcloud.features.spool import Row

_AT_ONCE = 500


def remove_expired(cloud: Cloud) -> None:
    """Deletes all expired records online, and adds a deletion row for each to the spool."""
    store, now = cloud.service(OnlineStore), time.time()
    found = _AT_ONCE
    while found == _AT_ONCE:
        with store.transaction():
            expired = store.expired(now, _AT_ONCE)
            for one in expired:
                store.remove(one.group, one.record_id)
                _mark(cloud, one, now)
        found = len(expired)


def _mark(cloud: Cloud, expired: Expired, now: float) -> None:
    """The marker of a deletion, at the moment that the record was to end."""
    group = cloud.store.get("feature-group", expired.group)
    if group is None or "OfflineStoreConfig" not in group:
        return
    kinds = {one["FeatureName"]: one["FeatureType"] for one in group["FeatureDefinitions"]}
    name, moment = group["EventTimeFeatureName"], expired.expires_at
    values = {
        group["RecordIdentifierFeatureName"]: expired.record_id,
        name: iso_8601(moment) if kinds[name] == "String" else str(moment),
    }
    row = Row(event_time=moment, invoked=now, deleted=True, record=json.dumps(values))
    cloud.service(OnlineStore).spool.add(expired.group, row)
