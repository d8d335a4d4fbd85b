"""Continues after an earlier server: finishes groups that it was creating or deleting, and restores
tables.

ministack keeps the Glue catalogue at a clean stop only, so a server that was killed loses tables
of groups that still exist.
"""

import logging
import threading

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.core.cloud import Cloud, Service
from localcloud.core.records import Record
from localcloud.features import glue_table
from localcloud.features.group import KIND, finish_deletion, make_stores

_STOPPED = ("feature-store", "stopped")
_LOGGER = logging.getLogger(__name__)


class FeatureRecovery(Service):
    """Notes a clean shutdown; without that note the tables of all groups are made again.

    It shuts down after the writer of the offline store.
    """

    def start(self) -> None:
        """Returns at once: Glue and S3, which it asks, answer only once the server does."""
        store = self.cloud.store
        was_stopped = store.get(*_STOPPED) is not None
        store.delete(*_STOPPED)
        groups = [
            group
            for group in store.list(KIND)
            if group["FeatureGroupStatus"] != "Created" or not was_stopped
        ]
        threading.Thread(target=_resume, args=(self.cloud, groups), daemon=True).start()

    def shutdown(self) -> None:
        self.cloud.store.put(*_STOPPED, {})


def _resume(cloud: Cloud, groups: list[Record]) -> None:
    for group in groups:
        name = group["FeatureGroupName"]
        try:
            match group["FeatureGroupStatus"]:
                case "Creating":
                    make_stores(cloud, name, glue_table.restore_table)
                case "Deleting":
                    finish_deletion(cloud, group)
                case "Created":
                    glue_table.restore_table(cloud, group)
        except (BotoCoreError, ClientError):
            _LOGGER.exception("resuming the feature group %s", name)
