"""Operations on processing jobs.

Refused, not ignored: dataset definitions (Athena, Redshift), feature-store outputs, app-managed
inputs and outputs, Pipe mode, compressed input, images' own entry points, paths outside `/opt/ml`.
Kept and shown without effect: instance type and volume, network settings.
"""

from pathlib import Path

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.experiments import job_component
from localcloud.iam.role import check_role
from localcloud.jobs import job_operations, service_quotas
from localcloud.jobs.images import repository
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.layout import CONTAINER_ROOT, Layout
from localcloud.jobs.processing_job import DEFAULT_MAX_SECONDS, KIND, ProcessingJob


def create_processing_job(cloud: Cloud, request: Record) -> Record:
    name = request["ProcessingJobName"]
    _check(cloud, request)
    arn = records.arn(cloud, "processing-job", name)
    record = {
        **_complete(request),
        "ProcessingJobArn": arn,
        "ProcessingJobStatus": "InProgress",
    }
    records.create(cloud, KIND, name, record, job_operations.name_taken(arn))
    job_component.create(cloud, KIND, record)
    cloud.service(JobQueue).submit(ProcessingJob(cloud, name))
    return {"ProcessingJobArn": arn}


def _complete(request: Record) -> Record:
    """The request with the defaults that Describe shows.

    Of AppManaged the API reference has it; of a job without a StoppingCondition the SageMaker
    SDK's integration tests (tests/integ/test_processing.py, test_sklearn).
    """
    own, output = {"AppManaged": False}, request.get("ProcessingOutputConfig")
    complete = {
        "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_MAX_SECONDS},
        **request,
        **records.each(request, "ProcessingInputs", own),
    }
    if output:
        complete["ProcessingOutputConfig"] = {**output, **records.each(output, "Outputs", own)}
    return complete


def _check(cloud: Cloud, request: Record) -> None:
    cluster = request["ProcessingResources"]["ClusterConfig"]
    records.refuse(cluster, ["InstancePreferences"])
    if "InstanceCount" not in cluster or "InstanceType" not in cluster:
        raise ValidationException("ClusterConfig needs InstanceType and InstanceCount")
    service_quotas.check("processing job", cluster["InstanceType"], cluster["InstanceCount"])
    application = request["AppSpecification"]
    repository(application["ImageUri"])
    if not application.get("ContainerEntrypoint"):
        raise ValidationException(
            "AppSpecification.ContainerEntrypoint is required by localcloud: "
            "the entry point inside an image cannot be run"
        )
    for entry in request.get("ProcessingInputs", []):
        _check_input(entry)
    for entry in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
        records.refuse(entry, ["FeatureStoreOutput", "AppManaged"])
        _check_place(entry["OutputName"], entry.get("S3Output"))
    job_component.check(cloud, request)
    check_role(cloud, request["RoleArn"])


def _check_input(entry: Record) -> None:
    records.refuse(entry, ["DatasetDefinition", "AppManaged"])
    source = entry.get("S3Input")
    _check_place(entry["InputName"], source)
    if source and source.get("S3InputMode", "File") != "File":
        raise ValidationException(
            f"Input {entry['InputName']!r}: S3InputMode {source['S3InputMode']!r} is not supported "
            "by localcloud, only File"
        )
    if source and source.get("S3CompressionType", "None") != "None":
        raise ValidationException("S3CompressionType Gzip is not supported by localcloud")


def _check_place(name: str, place: Record | None) -> None:
    if place is None or "LocalPath" not in place:
        raise ValidationException(f"{name!r} needs an S3 location and a LocalPath")
    try:
        Location.parse(place["S3Uri"])
        Layout(Path(CONTAINER_ROOT)).path(place["LocalPath"])
    except (TransferError, ValueError) as error:
        raise ValidationException(f"{name!r}: {error}") from error


def describe_processing_job(cloud: Cloud, request: Record) -> Record:
    return _find(cloud, request["ProcessingJobName"])


def list_processing_jobs(cloud: Cloud, request: Record) -> Record:
    found = records.select(
        cloud.store.list(KIND),
        request,
        name="ProcessingJobName",
        status="ProcessingJobStatus",
        summary=records.picker(
            "ProcessingJobName",
            "ProcessingJobArn",
            "ProcessingJobStatus",
            "CreationTime",
            "LastModifiedTime",
            "ProcessingEndTime",
            "FailureReason",
            "ExitMessage",
        ),
    )
    return {"ProcessingJobSummaries": found}


def stop_processing_job(cloud: Cloud, request: Record) -> Record:
    name = request["ProcessingJobName"]
    job_operations.stop(cloud, ProcessingJob, name, _missing(name))
    return {}


def delete_processing_job(cloud: Cloud, request: Record) -> Record:
    name = request["ProcessingJobName"]
    job_operations.delete(cloud, ProcessingJob, name, _missing(name))
    return {}


def _find(cloud: Cloud, name: str) -> Record:
    return records.find(cloud, KIND, name, _missing(name))


def _missing(name: str) -> str:
    return f"Could not find requested job with name: {name}"
