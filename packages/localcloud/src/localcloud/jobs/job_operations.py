"""What Create, Stop and Delete have in common for jobs of every kind."""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceInUse, ResourceNotFound, ValidationException
from localcloud.jobs.job import RUNNING, Job
from localcloud.jobs.job_queue import JobQueue


def name_taken(arn: str) -> ResourceInUse:
    """The refusal of a name that the job `arn` has."""
    return ResourceInUse(
        "Job name must be unique within an AWS account and region, "
        f"and a job with this name already exists ({arn})"
    )


def stop(cloud: Cloud, kind: type[Job], name: str, missing: str) -> None:
    """Asks a job to stop; returns before it has ended.

    Raises ResourceNotFound with the message `missing`, or ValidationException for an ended job.
    """
    record = cloud.store.get(kind.kind, name)
    if record is None:
        raise ResourceNotFound(missing)
    job = cloud.service(JobQueue).get(kind.kind, name)
    if job is None or not job.request_stop():
        ended = cloud.store.get(kind.kind, name) or record
        raise ValidationException(
            f"The request was rejected because the {kind.noun} job is in status "
            f"{ended[kind.status_field]}."
        )


def delete(cloud: Cloud, kind: type[Job], name: str, missing: str) -> None:
    """Deletes the record of a job that has ended; its name is free then.

    Raises ResourceNotFound with the message `missing`, or ResourceInUse for a job that has not
    ended.
    """
    record = cloud.store.get(kind.kind, name)
    if record is None:
        raise ResourceNotFound(missing)
    if record[kind.status_field] in RUNNING:
        raise ResourceInUse(
            f"A job in status {record[kind.status_field]} cannot be deleted: {name}"
        )
    cloud.store.delete(kind.kind, name)
