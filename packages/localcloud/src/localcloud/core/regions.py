"""The regions of one embedded AWS: each has its own resources, at the same names.

IAM, the faults and the jobs' slots on this machine are shared (`GlobalService`).
"""

import threading
from collections.abc import Callable, Iterator

import botocore.session
from botocore.exceptions import UnknownRegionError

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError

FOLDER = "regions"  # in the data folder: one folder for each region but the home region
_PARTITION = "aws"  # which all ARNs here begin with


class Regions:
    """The Clouds of the regions. Thread-safe."""

    def __init__(self, home: Cloud, open_cloud: Callable[[str], Cloud]) -> None:
        """`open_cloud` makes and starts the Cloud of a region when a request first needs it."""
        self.home = home
        self._open = open_cloud
        self._lock = threading.Lock()
        self._clouds = {home.region: home}

    def __iter__(self) -> Iterator[Cloud]:
        """The regions that are open, the home region first."""
        with self._lock:
            return iter(list(self._clouds.values()))

    def add(self, cloud: Cloud) -> None:
        """Adds a region that an earlier server has left, before the server listens."""
        with self._lock:
            self._clouds[cloud.region] = cloud

    def cloud(self, region: str) -> Cloud:
        """The Cloud of a region. Raises AwsError for what is no region of this partition."""
        found = self._clouds.get(region)
        if found is None:
            _check(region)
            with self._lock:
                found = self._clouds.get(region) or self._open(region)
                self._clouds[region] = found
        return found


def _check(region: str) -> None:
    """Raises AwsError for what is no region of this partition.

    AWS's page on the errors of signatures is
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html. The code
    and the text of this refusal have not been checked against it.
    """
    try:
        partition = botocore.session.get_session().get_partition_for_region(region)
    except UnknownRegionError:
        partition = None
    if partition != _PARTITION:
        raise AwsError(
            "InvalidSignatureException",
            f"Credential should be scoped to a valid Region, not '{region}'.",
            403,
        )
