"""Operations on transform jobs: batch transform.

Refused, not ignored: RecordIO and TFRecord, augmented manifests, chunked payloads, slices with an
end in filters, data capture. Kept and shown without effect: instance type, machine image.
"""

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import check_uri
from localcloud.experiments import job_component
from localcloud.hosting.data_processing import DEFAULTS, DataProcessing
from localcloud.hosting.model import find_model
from localcloud.hosting.payloads import Batching
from localcloud.hosting.transform_job import KIND, TransformJob
from localcloud.jobs import job_operations
from localcloud.jobs.job_queue import JobQueue

_MOST_MEGABYTES = 100
_UNSUPPORTED = ("DataCaptureConfig",)


def create_transform_job(cloud: Cloud, request: Record) -> Record:
    name = request["TransformJobName"]
    _check(request)
    model = find_model(cloud, request["ModelName"])
    job_component.check(cloud, request)
    arn = records.arn(cloud, "transform-job", name)
    record = _complete(request) | {"TransformJobArn": arn, "TransformJobStatus": "InProgress"}
    records.create(cloud, KIND, name, record, job_operations.name_taken(arn))
    job_component.create(cloud, KIND, record)
    cloud.service(JobQueue).submit(TransformJob(cloud, name, model))
    return {"TransformJobArn": arn}


def _complete(request: Record) -> Record:
    """The request with the defaults that Describe shows."""
    return {
        **request,
        "TransformInput": {
            "CompressionType": "None",
            "SplitType": "None",
            **request["TransformInput"],
        },
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": "", **request["TransformOutput"]},
        "DataProcessing": DEFAULTS | request.get("DataProcessing", {}),
    }


def _check(request: Record) -> None:
    records.refuse(request, _UNSUPPORTED)
    DataProcessing.of(request)
    _check_input(request["TransformInput"])
    _check_payload(request)
    check_uri("TransformOutput.S3OutputPath", request["TransformOutput"]["S3OutputPath"])


def _check_input(source: Record) -> None:
    split = source.get("SplitType", "None")
    if split not in ("None", "Line"):
        raise ValidationException(
            f"SplitType {split!r} is not supported by localcloud, only None and Line"
        )
    location = source["DataSource"]["S3DataSource"]
    if location["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise ValidationException(
            f"S3DataType {location['S3DataType']!r} is not supported by localcloud, only S3Prefix "
            "and ManifestFile"
        )
    check_uri("TransformInput", location["S3Uri"])


def _check_payload(request: Record) -> None:
    """MaxPayloadInMB of 0 asks for chunked encoding, which few containers understand."""
    megabytes = request.get("MaxPayloadInMB", Batching.megabytes)
    if megabytes == 0:
        raise ValidationException("MaxPayloadInMB 0 is not supported by localcloud")
    total = megabytes * (request.get("MaxConcurrentTransforms") or 1)
    if total > _MOST_MEGABYTES:
        raise ValidationException(
            f"MaxConcurrentTransforms * MaxPayloadInMB cannot exceed {_MOST_MEGABYTES} MB; "
            f"it is {total}"
        )


def describe_transform_job(cloud: Cloud, request: Record) -> Record:
    name = request["TransformJobName"]
    return records.find(cloud, KIND, name, _missing(name))


def list_transform_jobs(cloud: Cloud, request: Record) -> Record:
    found = records.select(
        cloud.store.list(KIND),
        request,
        name="TransformJobName",
        status="TransformJobStatus",
        summary=records.picker(
            "TransformJobName",
            "TransformJobArn",
            "CreationTime",
            "TransformEndTime",
            "LastModifiedTime",
            "TransformJobStatus",
            "FailureReason",
        ),
    )
    return {"TransformJobSummaries": found}


def stop_transform_job(cloud: Cloud, request: Record) -> Record:
    name = request["TransformJobName"]
    job_operations.stop(cloud, TransformJob, name, _missing(name))
    return {}


def _missing(name: str) -> str:
    return f"Could not find requested job with name: {name}"
