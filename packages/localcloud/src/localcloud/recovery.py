"""The part of SageMaker that runs programs: processing, training, batch transform and endpoints.

Importing it registers its operations. `recover` brings the records of an earlier server in
line with what is true now; `shutdown` ends every process.
"""

import logging
import shutil
import socket
import time
from urllib.parse import urlsplit

from localcloud.core.cloud import PROGRAM_FOLDERS, Cloud
from localcloud.hosting import (
    capacity,
    endpoint,
    endpoint_record,
    invocation,
    model,
    rollout,
    transform,
    transform_job,
)
from localcloud.jobs import processing, processing_job, stages, training, training_job
from localcloud.jobs.engine import close_engine, engine
from localcloud.jobs.jobs import RUNNING, SERVER_STOPPED, mark
from localcloud.jobs.memory import memory_limit
from localcloud.jobs.process import kill_marked
from localcloud.jobs.profiler import unfinished_rules

__all__ = [
    "capacity",
    "endpoint",
    "invocation",
    "model",
    "processing",
    "recover",
    "shutdown",
    "training",
    "transform",
]

_LOGGER = logging.getLogger(__name__)
_SERVER_SECONDS = 120
_TASKS_SECONDS = 20
_UPDATE_STOPPED = "InternalServerError: the embedded AWS was stopped during the update"


def recover(cloud: Cloud) -> None:
    """Kills orphans, fails jobs that were running, starts endpoints again (in the background).

    Returns at once; may be called before the server listens. Until its instances are healthy again,
    an endpoint is in status SystemUpdating. Raises ValueError for a setting that no job could have.
    """
    memory_limit()
    killed = kill_marked(mark(cloud))
    if killed:
        _LOGGER.warning("killed %d processes of an earlier run", killed)
    for folder in PROGRAM_FOLDERS:
        shutil.rmtree(cloud.data_dir / folder, ignore_errors=True)
    _fail_running_jobs(cloud)
    for record in cloud.store.list(endpoint_record.KIND):
        name, status = record["EndpointName"], record["EndpointStatus"]
        if status == "Deleting":
            cloud.store.delete(endpoint_record.KIND, name)
        elif status != "Failed":
            reason = _UPDATE_STOPPED if status == "Updating" else record.get("FailureReason")
            endpoint_record.change(
                cloud, name, EndpointStatus="SystemUpdating", FailureReason=reason
            )
            engine(cloud).in_background(_restart_endpoint, cloud, name)


def _fail_running_jobs(cloud: Cloud) -> None:
    failed = {"FailureReason": SERVER_STOPPED, "LastModifiedTime": time.time()}
    for kind, word in ((processing_job.KIND, "Processing"), (transform_job.KIND, "Transform")):
        for record in cloud.store.list(kind):
            if record[f"{word}JobStatus"] in RUNNING:
                ended = {f"{word}JobStatus": "Failed", f"{word}EndTime": time.time()}
                cloud.store.update(kind, record[f"{word}JobName"], **ended, **failed)
    for record in cloud.store.list(training_job.KIND):
        if record["TrainingJobStatus"] in RUNNING:
            cloud.store.update(
                training_job.KIND,
                record["TrainingJobName"],
                TrainingJobStatus="Failed",
                TrainingEndTime=time.time(),
                **stages.enter(record["SecondaryStatusTransitions"], "Failed", ended=True),
                **unfinished_rules(record),
                **failed,
            )


def _restart_endpoint(cloud: Cloud, name: str) -> None:
    """The model comes from S3 and the role from STS, so the server must be up first."""
    address = urlsplit(cloud.endpoint_url)
    deadline = time.monotonic() + _SERVER_SECONDS
    while time.monotonic() < deadline and not engine(cloud).stopping.is_set():
        try:
            socket.create_connection(
                (address.hostname or "127.0.0.1", address.port or 80), 1
            ).close()
            break
        except OSError:
            time.sleep(0.2)
    if not engine(cloud).stopping.is_set():
        rollout.put_in_service(cloud, name)


def shutdown(cloud: Cloud) -> None:
    """Ends every job and every served process of this embedded AWS; none is left afterwards."""
    running = engine(cloud)
    running.stopping.set()
    running.queue.shutdown()
    serving = [traffic.fleet for traffic in running.traffic.values()]
    running.traffic.clear()
    for fleet in [*running.pending.values(), *serving]:
        fleet.close()
    running.join(_TASKS_SECONDS)
    running.metrics.close()
    running.utilisation.close()
    kill_marked(mark(cloud))
    close_engine(cloud)
