"""DeleteProcessingJob and DeleteTrainingJob: an ended job is forgotten, and its name is free."""

from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceInUse, ResourceNotFound
from localcloud.core.operations import operation

_ENDED = ("Completed", "Failed", "Stopped")
Record = dict[str, Any]


@operation("DeleteProcessingJob")
def delete_processing_job(cloud: Cloud, request: Record) -> Record:
    name = request["ProcessingJobName"]
    missing = f"Could not find requested job with name: {name}"
    return _delete(cloud, "processing-job", name, "ProcessingJobStatus", missing)


@operation("DeleteTrainingJob")
def delete_training_job(cloud: Cloud, request: Record) -> Record:
    name = request["TrainingJobName"]
    return _delete(
        cloud, "training-job", name, "TrainingJobStatus", "Requested resource not found."
    )


def _delete(cloud: Cloud, kind: str, name: str, status: str, missing: str) -> Record:
    record = cloud.store.get(kind, name)
    if record is None:
        raise ResourceNotFound(missing)
    if record[status] not in _ENDED:
        raise ResourceInUse(f"A job in status {record[status]} cannot be deleted: {name}")
    cloud.store.delete(kind, name)
    return {}
