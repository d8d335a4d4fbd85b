"""Jobs and endpoints for which AWS has no machines: they fail before anything of theirs runs."""

import json
from collections.abc import Callable
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.faults.registry import Faults
from localcloud.hosting import endpoint_record, transform_job
from localcloud.hosting.server_process import ServerProcess, StartError
from localcloud.jobs import processing_job, training_job
from localcloud.jobs.job import Job, JobError

_NO_CAPACITY = "Unable to provision requested ML compute capacity"
_ADVICE = "Please retry using a different ML instance type or after some time."
_CALLS = {
    processing_job.KIND: "sagemaker:CreateProcessingJob",
    training_job.KIND: "sagemaker:CreateTrainingJob",
    transform_job.KIND: "sagemaker:CreateTransformJob",
    # By what an endpoint is doing.
    "Creating": "sagemaker:CreateEndpoint",
    "Updating": "sagemaker:UpdateEndpoint",
}
_ENDPOINTS = "/aws/sagemaker/Endpoints/"


def hit(cloud: Cloud) -> None:
    """Where a job or an instance of an endpoint begins to need a machine."""
    Job.check_rights = _job(cloud, Job.check_rights)  # type: ignore[method-assign] # around it
    ServerProcess.prepare = _instance(cloud, ServerProcess.prepare)  # type: ignore[method-assign] # too


def _job(cloud: Cloud, check: Callable[..., None]) -> Callable[..., None]:
    def check_and_look(job: Job, *role: Any) -> None:
        check(job, *role)
        if _is_short(cloud, job.kind, job.record):
            raise JobError(f"CapacityError: {_NO_CAPACITY}. {_ADVICE}")

    return check_and_look


def _instance(cloud: Cloud, prepare: Callable[[ServerProcess], None]) -> Callable[..., None]:
    def look_and_prepare(server: ServerProcess) -> None:
        _, is_endpoint, name = server.place.log_group.partition(_ENDPOINTS)
        record = cloud.store.get(endpoint_record.KIND, name) if is_endpoint else None
        if record and _is_short(cloud, record["EndpointStatus"], record):
            reason = "due to InsufficientInstanceCapacity error"
            raise StartError(f"{_NO_CAPACITY} {reason}. {_ADVICE}")
        prepare(server)

    return look_and_prepare


def _is_short(cloud: Cloud, kind: str, record: dict[str, Any]) -> bool:
    if not cloud.service(Faults).any or kind not in _CALLS:
        return False
    return cloud.service(Faults).take(("capacity",), _CALLS[kind], json.dumps(record)) is not None
