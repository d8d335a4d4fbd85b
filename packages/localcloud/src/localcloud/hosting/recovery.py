"""Continues after an earlier server: endpoints start again, and its transform jobs have failed."""

import socket
import time
from urllib.parse import urlsplit

from localcloud.core.background import Background
from localcloud.core.cloud import Cloud, Service
from localcloud.hosting import endpoint_record, rollout
from localcloud.hosting.transform_job import TransformJob

_SERVER_SECONDS = 120
_UPDATE_STOPPED = "InternalServerError: the embedded AWS was stopped during the update"


class HostingRecovery(Service):
    """Starts endpoints again, which are in status SystemUpdating until their instances are
    healthy."""

    def recover(self) -> None:
        """Returns at once; endpoints start in the background."""
        TransformJob.fail_unfinished(self.cloud)
        for record in self.cloud.store.list(endpoint_record.KIND):
            name, status = record["EndpointName"], record["EndpointStatus"]
            if status == "Deleting":
                self.cloud.store.delete(endpoint_record.KIND, name)
            elif status != "Failed":
                reason = _UPDATE_STOPPED if status == "Updating" else record.get("FailureReason")
                endpoint_record.change(
                    self.cloud, name, EndpointStatus="SystemUpdating", FailureReason=reason
                )
                self.cloud.service(Background).run(_restart, self.cloud, name)


def _restart(cloud: Cloud, name: str) -> None:
    """The model comes from S3 and the role from STS, so the server must be up first."""
    address = urlsplit(cloud.endpoint_url)
    deadline = time.monotonic() + _SERVER_SECONDS
    while time.monotonic() < deadline and not cloud.stopping.is_set():
        try:
            socket.create_connection(
                (address.hostname or "127.0.0.1", address.port or 80), 1
            ).close()
            break
        except OSError:
            time.sleep(0.2)
    if not cloud.stopping.is_set():
        rollout.put_in_service(cloud, name)
