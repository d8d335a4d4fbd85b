"""AsyncInferenceConfig of an endpoint configuration, and what it makes of a request and its end.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceConfig.html. Messages to
topics look like those that AWS has sent, quoted in tests and examples of others (awslabs'
osml-model-runner, for a failure; aws-samples). The name of an answer ends as in the API reference
(Filename). No source was found for `-error.out`, in which the name of a failure ends
here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.core import records
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, check_uri
from localcloud.hosting.deployment import ASYNC_CONFIG

DEFAULT_CONCURRENCY = 4  # for each instance; AWS "chooses an optimal value"


def check(request: Mapping[str, Any]) -> None:
    """Raises ValidationException for what cannot answer asynchronously here."""
    config = request.get(ASYNC_CONFIG)
    if config is None:
        return
    output = config["OutputConfig"]
    records.refuse(output.get("NotificationConfig", {}), ["IncludeInferenceResponseIn"])
    if "S3OutputPath" not in output:
        raise ValidationException("OutputConfig.S3OutputPath is required by localcloud")
    for field in ("S3OutputPath", "S3FailurePath"):
        check_uri(f"OutputConfig.{field}", output.get(field, output["S3OutputPath"]))
    if "DataCaptureConfig" in request:
        raise ValidationException(
            f"DataCaptureConfig beside {ASYNC_CONFIG} is not supported by localcloud"
        )
    if any("ServerlessConfig" in variant for variant in request["ProductionVariants"]):
        raise ValidationException(f"{ASYNC_CONFIG} is not supported for serverless endpoints.")


def locations(config: Mapping[str, Any], request: Mapping[str, Any], inference_id: str) -> Record:
    """OutputLocation, and FailureLocation where failures have a path."""
    output = config["OutputConfig"]
    base = Location.parse(output["S3OutputPath"])
    if "S3OutputPathExtension" in request:
        base /= request["S3OutputPathExtension"].strip("/")
    found = {"OutputLocation": str(base / request.get("Filename", f"{inference_id}.out"))}
    if "S3FailurePath" in output:
        failed = Location.parse(output["S3FailurePath"]) / f"{inference_id}-error.out"
        found["FailureLocation"] = str(failed)
    return found


def message(
    region: str, record: Mapping[str, Any], content_type: str, failure: str | None
) -> Record:
    """The message for a topic; `failure` is None for a success."""
    members = {"accept": "Accept", "contentType": "ContentType", "inputLocation": "InputLocation"}
    ended = (
        {
            "responseParameters": {
                "contentType": content_type,
                "outputLocation": record["OutputLocation"],
            }
        }
        if failure is None
        else {"failureReason": failure}
    )
    return {
        "awsRegion": region,
        "eventTime": _text(datetime.now(UTC)),
        "receivedTime": _text(datetime.fromtimestamp(record["ReceivedTime"], UTC)),
        "invocationStatus": "Completed" if failure is None else "Failed",
        "requestParameters": {
            "endpointName": record["EndpointName"],
            **{name: record[field] for name, field in members.items() if field in record},
        },
        **ended,
        "inferenceId": record["InferenceId"],
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
