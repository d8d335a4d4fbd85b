"""An environment `dev` with runs. The endpoint is that of endpoint_world.py."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

from tests.fake_aws import Refused
from tests.reviews.worlds.account_world import AccountWorld
from tests.reviews.worlds.described_jobs import DescribedJobs
from tests.reviews.worlds.endpoint_world import ARN as SAGEMAKER
from tests.reviews.worlds.endpoint_world import NOW, EndpointWorld

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:reviews-dev"
ARN = "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:"
EVALUATION = {
    "accuracy": 0.81,
    "macro_f1": 0.8,
    "macro_f1_interval": [0.76, 0.85],
    "majority_accuracy": 0.33,
    "rows": 315,
    "engine": "onnxruntime",
    "reliability": {"expected_calibration_error": 0.04, "bins": []},
    "per_class": {"positive": {"precision": 0.8, "recall": 0.9, "f1": 0.85, "support": 105}},
}
# What DescribeExecution tells and ListExecutions does not.
_DESCRIBED_ALONE = ("input", "output", "error", "cause", "redriveStatus")
_MINUTE = timedelta(minutes=1)
_STATES = {
    "process": ("StartProcessing", "processing"),
    "train": ("StartTraining", "training"),
    "evaluate": ("StartEvaluation", "processing"),
}


class RunsWorld(AccountWorld, DescribedJobs, EndpointWorld):
    """Calls that change something are in `calls`."""

    def __init__(self) -> None:
        super().__init__()
        self.executions: dict[str, dict[str, Any]] = {}  # the newest last
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.lines: dict[str, list[str]] = {}  # of a log stream
        self.stacks: dict[str, str] = {}
        self.bootstrap_version = "28"
        self.on_describe = lambda: None  # called before an execution is described

    # -- what is there -------------------------------------------------------------------------

    def add(
        self,
        name: str,
        *,
        status: str = "SUCCEEDED",
        reached: tuple[str, ...] = ("process", "train", "evaluate"),
        evaluation: dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """A run whose last minutes were its jobs, one each; the last one still goes on in a run
        that does."""
        started = NOW + timedelta(hours=len(self.executions))
        document = self._document(name, fields)
        self.executions[name] = {
            "executionArn": ARN + name,
            "stateMachineArn": MACHINE,
            "name": name,
            "status": status,
            "startDate": started,
        }
        self.events[name] = [*_visit("Prepare", started, document)]
        for minute, step in enumerate(reached, 1):
            self._add_job(name, step, started + minute * _MINUTE)
        if status != "RUNNING":
            self.end(name, status)
        if evaluation is not None:
            key = f"runs/{name}/evaluation/evaluation"
            self.objects[f"{key}.json"] = json.dumps(evaluation).encode()
            self.objects[f"{key}.html"] = b"<h1>Evaluation</h1>"

    def refuse(self, name: str) -> None:
        """Prepare failed: its output is the error that was caught."""
        started = self.executions[name]["startDate"]
        caught = {"Error": "InvalidInput", "Cause": "from_run: there is no run 'typo'"}
        self.events[name] = _visit("Prepare", started, caught)
        self.end(name, "FAILED")

    def end(self, name: str, status: str) -> None:
        found = self.executions[name]
        found |= {"status": status, "stopDate": self.events[name][-1]["timestamp"] + _MINUTE}
        if status != "SUCCEEDED":
            cause = json.dumps({"errorMessage": "Train: no memory"})
            found |= {"error": "Train", "cause": cause, "redriveStatus": "REDRIVABLE"}
            return
        found["output"] = json.dumps(
            {
                "evaluation": EVALUATION,
                "model_package": {"version": 1},
                "endpoint": {"name": "reviews-dev"},
            }
        )

    def _document(self, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": name,
            "prefix": f"s3://artefacts/runs/{name}",
            "reviews": "s3://data/reviews/reviews.csv",
            "base_model": "roberta-base",
            "training": {"epochs": 3, "learning_rate": 2e-05},
            **fields,
        }

    def _add_job(self, run: str, step: str, began: datetime) -> None:
        state, kind = _STATES[step]
        job = f"reviews-dev-{step}-{run}-1"
        self.visit(run, state, {"kind": kind, "name": job}, began)
        self.jobs[job] = {
            "kind": kind,
            "began": began,
            "ended": began + _MINUTE,
            "status": "Completed",
        }
        self.lines[f"{job}/algo-1-1"] = [f"{step} begins", f"progress=0.5 stage={step}"]

    def visit(self, run: str, state: str, output: dict[str, Any], at: datetime = NOW) -> None:
        self.events[run] += _visit(state, at, output)

    # -- Step Functions ------------------------------------------------------------------------

    def list_executions(self, **_: Any) -> dict[str, Any]:
        listed = (
            {name: value for name, value in found.items() if name not in _DESCRIBED_ALONE}
            for found in reversed(self.executions.values())
        )
        return {"executions": list(listed)}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        self.on_describe()
        return self.executions[executionArn.removeprefix(ARN)]

    def get_execution_history(
        self, executionArn: str, reverseOrder: bool = False
    ) -> dict[str, Any]:
        events = [
            {"id": number, "type": "TaskStateEntered", **event}
            for number, event in enumerate(self.events[executionArn.removeprefix(ARN)], 1)
        ]
        return {"events": events[::-1] if reverseOrder else events}

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: A002
        if name in self.executions:
            raise Refused("ExecutionAlreadyExists", "Execution Already Exists")
        self.calls.append(f"start {name} {input}")
        self.add(name, status="RUNNING", reached=())
        return {"executionArn": ARN + name, "startDate": NOW}

    def stop_execution(self, executionArn: str, error: str, cause: str) -> dict[str, Any]:
        name = executionArn.removeprefix(ARN)
        self.calls.append(f"stop {name}")
        self.end(name, "ABORTED")
        return {"stopDate": NOW}

    def redrive_execution(self, executionArn: str, **_: Any) -> dict[str, Any]:
        name = executionArn.removeprefix(ARN)
        if self.executions[name]["status"] == "RUNNING":
            raise Refused("ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven")
        self.calls.append(f"redrive {name}")
        return {"redriveDate": NOW}

    def send_task_success(self, taskToken: str, output: str) -> None:
        self.calls.append(f"answer {taskToken} {output}")

    # -- jobs and their logs -------------------------------------------------------------------

    def list_training_jobs(self, **wanted: str) -> dict[str, Any]:
        return {"TrainingJobSummaries": self._summaries("Training", wanted)}

    def list_processing_jobs(self, **wanted: str) -> dict[str, Any]:
        return {"ProcessingJobSummaries": self._summaries("Processing", wanted)}

    def _summaries(self, prefix: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
        return [
            {
                f"{prefix}JobName": name,
                f"{prefix}JobArn": f"arn:{name}",
                f"{prefix}JobStatus": job["status"],
                f"{prefix}EndTime": job["ended"],
                "CreationTime": job["began"],
            }
            for name, job in self.jobs.items()
            if job["kind"] == prefix.lower()
            and wanted["NameContains"] in name
            and wanted.get("StatusEquals", job["status"]) == job["status"]
        ]

    def stop_training_job(self, TrainingJobName: str) -> None:
        self.calls.append(f"stop {TrainingJobName}")

    def stop_processing_job(self, ProcessingJobName: str) -> None:
        raise Refused("ValidationException", f"{ProcessingJobName} has ended")

    def describe_log_streams(self, logGroupName: str, logStreamNamePrefix: str) -> dict[str, Any]:
        found = [name for name in self.lines if name.startswith(logStreamNamePrefix)]
        return {"logStreams": [{"logStreamName": name} for name in found]}

    def get_log_events(
        self, logGroupName: str, logStreamName: str, startFromHead: bool, nextToken: str = "0"
    ) -> dict[str, Any]:
        lines = self.lines[logStreamName]
        new = [{"message": f"{line}\n"} for line in lines[int(nextToken) :]]
        return {"events": new, "nextForwardToken": str(len(lines))}

    # -- the rest ------------------------------------------------------------------------------

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if StackName not in self.stacks:
            raise Refused("ValidationError", f"Stack with id {StackName} does not exist")
        found = {
            "StackName": StackName,
            "StackStatus": self.stacks[StackName],
            "CreationTime": NOW,
        }
        version = {"OutputKey": "BootstrapVersion", "OutputValue": self.bootstrap_version}
        outputs = [version] if StackName == "CDKToolkit" else []
        return {"Stacks": [{**found, "Outputs": outputs}]}

    def list_stack_resources(self, StackName: str) -> dict[str, Any]:
        resources = {"AWS::S3::Bucket": f"{StackName}-bucket", "AWS::IAM::Role": "role"}
        summaries = [
            {
                "LogicalResourceId": kind.replace("::", ""),
                "PhysicalResourceId": name,
                "ResourceType": kind,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": NOW,
            }
            for kind, name in resources.items()
        ]
        return {"StackResourceSummaries": summaries}

    def list_model_packages(self, ModelPackageGroupName: str, **_: str) -> dict[str, Any]:
        version = {
            "ModelPackageArn": f"{SAGEMAKER}model-package/{ModelPackageGroupName}/1",
            "ModelPackageVersion": 1,
            "ModelPackageStatus": "Completed",
            "CreationTime": NOW,
        }
        return {"ModelPackageSummaryList": [version]}

    def put_object(self, Bucket: str, Key: str, Body: Any, **_: Any) -> None:
        self.calls.append(f"keep {Bucket}/{Key}")
        self.objects[Key] = Body if isinstance(Body, bytes) else Body.read()

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = [
            {"Key": key, "Size": len(body)}
            for key, body in self.objects.items()
            if key.startswith(Prefix)
        ]
        return {"Contents": found} if found else {}

    def head_object(self, Bucket: str, Key: str, **_: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise Refused("404", "Not Found")
        return {"ContentLength": len(self.objects[Key]), "ETag": "e"}

    def get_object(self, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:
        if Key not in self.objects:
            raise Refused("NoSuchKey", "The specified key does not exist.")
        body = self.objects[Key]
        return {"Body": io.BytesIO(body), "LastModified": NOW, "ContentLength": len(body)}


def _visit(state: str, at: datetime, output: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"timestamp": at, "stateEnteredEventDetails": {"name": state}},
        {"timestamp": at, "stateExitedEventDetails": {"name": state, "output": json.dumps(output)}},
    ]
