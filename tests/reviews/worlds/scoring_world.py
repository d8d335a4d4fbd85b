"""An environment `dev` that scores at once: what an execution of the scoring leaves is there."""

import json
from datetime import timedelta
from fnmatch import fnmatch
from typing import Any

from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import ARN as SAGEMAKER
from tests.reviews.worlds.endpoint_world import NOW
from tests.reviews.worlds.runs_world import RunsWorld

_EXECUTION = "arn:aws:states:us-east-1:1:execution:reviews-dev-scoring:"
_SECONDS = 90
FAILURE = "AlgorithmError: See job logs for more information"


class ScoringWorld(RunsWorld):
    """`versions` are those of the model, the newest first; a text is found as long as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = {2: "Rejected", 1: "Approved"}
        self.ending = "SUCCEEDED"  # or RUNNING, FAILED
        self.scorings: dict[str, dict[str, Any]] = {}
        self.failing = "*"  # in the name of parts that have no answers when the job fails
        self.inputs: dict[str, Any] = {}
        self.transforms: dict[str, str] = {}  # name → status
        self.is_deployed = True

    # -- Step Functions ------------------------------------------------------------------------

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: A002
        assert stateMachineArn.endswith(":stateMachine:reviews-dev-scoring")
        self.calls.append(f"score {name}")
        self.inputs[name] = json.loads(input)
        self.add_scoring(name, self.ending)
        if self.ending != "RUNNING":
            self._score_parts(self.inputs[name]["input"].partition("artefacts/")[2])
        return {"executionArn": _EXECUTION + name, "startDate": NOW}

    def add_scoring(self, name: str, status: str) -> None:
        job = f"reviews-dev-transform-{name}-1"
        found = {
            "executionArn": _EXECUTION + name,
            "stateMachineArn": "arn",
            "name": name,
            "status": status,
            "startDate": NOW,
        }
        if status == "SUCCEEDED":
            found |= {"output": json.dumps({"job": job})}
        if status == "FAILED":
            found |= {"error": "ScoringFailed", "cause": json.dumps({"errorMessage": FAILURE})}
        if status != "RUNNING":
            found |= {"stopDate": NOW + timedelta(seconds=2 * _SECONDS)}
        self.scorings[name] = found
        ends = {"SUCCEEDED": "Completed", "RUNNING": "InProgress", "FAILED": "Failed"}
        self.transforms[job] = ends[status]

    def _score_parts(self, prefix: str) -> None:
        parts = {key: body for key, body in self.objects.items() if key.startswith(prefix)}
        for key, body in parts.items():
            if self.ending == "FAILED" and fnmatch(key, f"*{self.failing}"):
                continue
            records = [json.loads(line)["features"] for line in body.splitlines()]
            lines = [[self._found(text) for text in record] for record in records]
            target = key.replace("/input/", "/output/") + ".out"
            self.objects[target] = b"\n".join(json.dumps(line).encode() for line in lines)

    def _found(self, text: str) -> dict[str, Any]:
        label = f"{len(text)} long"
        return {"label": label, "sentiment": 0, "probability": 0.5, "probabilities": {label: 0.5}}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        if not self.is_deployed:
            raise Refused("StateMachineDoesNotExist", "State Machine Does Not Exist")
        listed = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate")
        return {
            "executions": [
                {name: found[name] for name in listed if name in found}
                for found in reversed(self.scorings.values())
            ]
        }

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        self.on_describe()
        name = executionArn.removeprefix(_EXECUTION)
        if name not in self.scorings:
            raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{executionArn}'")
        return self.scorings[name]

    def stop_execution(self, executionArn: str, error: str, cause: str) -> dict[str, Any]:
        self.calls.append(f"stop {executionArn.removeprefix(_EXECUTION)}")
        return {"stopDate": NOW}

    # -- SageMaker and S3 ----------------------------------------------------------------------

    def list_model_packages(self, ModelPackageGroupName: str, **_: str) -> dict[str, Any]:
        return {
            "ModelPackageSummaryList": [
                {
                    "ModelPackageArn": f"{SAGEMAKER}model-package/reviews-dev/{number}",
                    "ModelPackageVersion": number,
                    "ModelPackageStatus": "Completed",
                    "ModelApprovalStatus": status,
                    "CreationTime": NOW,
                }
                for number, status in self.versions.items()
            ]
        }

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        number = int(ModelPackageName.rpartition("/")[2])
        return {
            "ModelPackageName": "reviews-dev",
            "ModelPackageArn": ModelPackageName,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": self.versions[number],
            "CustomerMetadataProperties": {"run": f"run-{number}"},
            "CreationTime": NOW,
        }

    def list_transform_jobs(self, NameContains: str, **_: str) -> dict[str, Any]:
        return {
            "TransformJobSummaries": [
                {
                    "TransformJobName": name,
                    "TransformJobArn": f"{SAGEMAKER}transform-job/{name}",
                    "TransformJobStatus": status,
                    "CreationTime": NOW,
                    "TransformEndTime": NOW + timedelta(seconds=_SECONDS),
                }
                for name, status in self.transforms.items()
                if NameContains in name
            ]
        }

    def describe_transform_job(self, TransformJobName: str) -> dict[str, Any]:
        source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://x"}}}
        return {
            "TransformJobName": TransformJobName,
            "TransformJobArn": f"{SAGEMAKER}transform-job/{TransformJobName}",
            "TransformJobStatus": self.transforms[TransformJobName],
            "ModelName": TransformJobName,
            "TransformInput": source,
            "TransformResources": {"InstanceType": "ml.m7i.2xlarge", "InstanceCount": 1},
            "CreationTime": NOW,
            "TransformStartTime": NOW,
            "TransformEndTime": NOW + timedelta(seconds=_SECONDS),
        }

    def stop_transform_job(self, TransformJobName: str) -> None:
        self.calls.append(f"stop {TransformJobName}")

    def delete_model(self, ModelName: str) -> None:
        self.calls.append(f"delete model {ModelName}")
        raise Refused("ValidationException", "Could not find model")
