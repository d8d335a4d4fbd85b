"""Executions as Step Functions would have them: what each state gets, in AWS's own shapes.

The answers of the state machine's own calls to AWS are checked against botocore's models; those of
the functions are what lambdas/ return.
"""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import Shape, StructureShape
from botocore.validate import ParamValidator

Answer = dict[str, Any]
RUN = {
    "id": "run-1",
    "execution": "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:run-1",
    "environment": "dev",
    "start_at": "processing",
    "prefix": "s3://artefacts/runs/run-1",
    "model_data": "",
}
TUNED = {**RUN, "tuning": {"job": "reviews-dev-abcde"}}  # a run that tunes
CONTEXT = {
    "Execution": {
        "Id": RUN["execution"],
        "Input": {"reviews": "s3://data/reviews.csv"},
        "Name": "run-1",
        "StartTime": "2026-01-31T12:00:00.123Z",
        "RedriveCount": 0,
    },
    "Task": {"Token": "AQCEAAAAKgAAAAMAAAAAAAAAAf"},
}
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/reviews-dev/3"
ARTEFACT = "s3://artefacts/runs/run-1/training/job/output/model.tar.gz"
# Of lambdas/end_tuning.
TUNING_ENDED = {
    "run": {**TUNED, "training": {"epochs": 2}},
    "model_data": ARTEFACT,
    "reason": "",
    "status": "Completed",
    "error": "",
}
_SERVICE = botocore.session.get_session().get_service_model("sagemaker")


def payload(value: Any) -> Answer:
    """What lambda:invoke answers where a function returned `value`."""
    return {"result": {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": value}}


def described(operation: str, **fields: Any) -> Answer:
    """What Describe… answers with these fields. Step Functions leaves out what there is not."""
    shape = _SERVICE.operation_model(operation).output_shape
    members = {name: member for name, member in shape.members.items() if name in fields}
    report = ParamValidator().validate(fields, _Some(members))
    assert not report.has_errors(), report.generate_report()
    for name, value in fields.items():
        allowed = members[name].metadata.get("enum", [value])
        assert value in allowed, f"{operation} has no {name} {value}"
    return {"result": fields}


class _Some(StructureShape):
    """A structure with some of another's members, and without required ones."""

    def __init__(self, members: Mapping[str, Shape]) -> None:
        super().__init__("Some", {"type": "structure", "members": {}})
        self.members = members


def failed(error: str, cause: str | None = None) -> Answer:
    """An error with its cause; States.Timeout has none."""
    return {"error": {"Error": error} | ({} if cause is None else {"Cause": cause})}


def raised(error: str, message: str) -> Answer:
    """An exception of a function in Python: https://docs.aws.amazon.com/lambda/latest/dg/
    python-exceptions.html"""
    cause = {"errorMessage": message, "errorType": error, "requestId": "1", "stackTrace": ["x"]}
    return failed(error, json.dumps(cause))


def processing(status: str, **more: Any) -> Answer:
    return described("DescribeProcessingJob", ProcessingJobStatus=status, **more)


def training(status: str, **more: Any) -> Answer:
    return described("DescribeTrainingJob", TrainingJobStatus=status, **more)


def tuning(status: str, **more: Any) -> Answer:
    operation = "DescribeHyperParameterTuningJob"
    return described(operation, HyperParameterTuningJobStatus=status, **more)


def endpoint(status: str, config: str = "new", **more: Any) -> Answer:
    return described("DescribeEndpoint", EndpointStatus=status, EndpointConfigName=config, **more)


def registered(status: str) -> Answer:
    return payload({"arn": PACKAGE, "version": 3, "status": status})


def answers(**changes: list[Answer]) -> Mapping[str, list[Answer]]:
    """Of an execution that succeeds; `changes` by state."""
    job = {"kind": "processing", "name": "reviews-dev-process-run-1-1"}
    gate = {"passed": True, "missed": [], "metrics": {"accuracy": 0.81, "macro_f1": 0.8}}
    succeeds = {
        "Prepare": [payload(RUN)],
        "CopyModel": [payload({**RUN, "start_at": "promotion"})],
        "StartProcessing": [payload(job)],
        "DescribeProcessing": [processing("InProgress"), processing("Completed")],
        "CheckFeatures": [
            payload({"ready": False, "expected": 9, "found": 3}),
            payload({"ready": True, "expected": 9, "found": 9}),
        ],
        "StartTuning": [payload({"kind": "hyper-parameter-tuning", "name": "reviews-dev-abcde1"})],
        "DescribeTuning": [tuning("InProgress"), tuning("Completed")],
        "EndTuning": [payload(TUNING_ENDED)],
        "StartTraining": [payload({"kind": "training", "name": "reviews-dev-train-run-1-1"})],
        "DescribeTraining": [
            training("InProgress"),
            training("Completed", ModelArtifacts={"S3ModelArtifacts": ARTEFACT}),
        ],
        "StartEvaluation": [payload(job)],
        "DescribeEvaluation": [processing("Completed")],
        "CheckGate": [payload(gate)],
        "RegisterModel": [registered("PendingManualApproval")],
        "AskApproval": [{"result": {"approved": True, "comment": "fine"}}],
        "RecordAnswer": [{"result": {"ModelPackageArn": PACKAGE}}],
        "DeployEndpoint": [
            payload({"name": "reviews-dev", "model": "m", "endpoint_config": "new"})
        ],
        "DescribeEndpoint": [endpoint("Updating", "old"), endpoint("InService")],
        "ScaleEndpoint": [payload({"ServiceNamespace": "sagemaker"})],
        "SmokeTest": [payload({"smoke_test": {"requests": 3}})],
        "NotifySuccess": [{"result": {"MessageId": "1"}}],
        "HandleFailure": [failed("Step", "told")],
    }
    return {**succeeds, **changes}
