"""Takes the instances of a managed spot training job back, as EC2 does when it needs them.

The job gets SIGTERM and, after the notice, SIGKILL; then it starts again on new instances, with
its checkpoints downloaded anew and its logs in new streams.
"""

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.training_job import KIND

_ON_INSTANCES = ("Starting", "Downloading", "Training")


def interrupt(cloud: Cloud, job_name: str) -> None:
    """Returns at once; the job's record shows what happens then.

    Raises ResourceNotFound, or ValidationException for a job that has no spot instances now.
    """
    record = cloud.store.get(KIND, job_name)
    if record is None:
        raise ResourceNotFound("Requested resource not found.")
    if not record.get("EnableManagedSpotTraining"):
        raise ValidationException(
            f"The training job {job_name} cannot be interrupted: it does not use managed spot "
            "training."
        )
    job = cloud.service(JobQueue).get(KIND, job_name)
    if job is None or record["SecondaryStatus"] not in _ON_INSTANCES:
        raise ValidationException(
            f"The training job {job_name} cannot be interrupted: it is in secondary status "
            f"{record['SecondaryStatus']}."
        )
    job.interruption.set()
