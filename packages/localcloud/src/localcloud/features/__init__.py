"""The Feature Store: groups, records and the offline store in Parquet.

Importing it registers its operations. `start` begins writing acknowledged records to the offline
stores; `shutdown` writes what is left.
"""

from localcloud.core.cloud import Cloud
from localcloud.features import feature, group, record, recovery, search, template
from localcloud.features.offline import close_writer, writer

__all__ = ["feature", "group", "record", "search", "shutdown", "start", "template"]


def start(cloud: Cloud) -> None:
    """Starts the background writer; rows an earlier server had acknowledged are written first."""
    writer(cloud).start()
    recovery.resume(cloud)


def shutdown(cloud: Cloud) -> None:
    """Writes every acknowledged row while S3 still answers."""
    close_writer(cloud)
    recovery.note_stop(cloud)
