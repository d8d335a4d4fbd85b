"""The world of the console, in which runs can be steered and the endpoint describes itself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.drift import Report
from contract.s3_keys import STOPPED_ENDPOINT
from contract.stopped_endpoint import StoppedEndpoint
from tests.fake_aws import Refused
from tests.reviews.worlds import recorded_runs
from tests.reviews.worlds.console_world import MACHINE, AwsWorld
from tests.reviews.worlds.history import NOON
from tests.reviews.worlds.recorded_runs import RecordedRun

CALLER = "arn:aws:iam::000000000001:user/me"
SERVING = recorded_runs.SUCCEEDED
_SAGEMAKER = "arn:aws:sagemaker:us-east-1:000000000001:"
_CONFIG = f"reviews-dev-endpoint-config-{SERVING}-1"
_IDLE = "after 4 hours without requests"
# In the order of CloudWatch, which sorts by nothing.
_ALARMS = {"Executions": "OK", "EndpointErrors": "ALARM", "EndpointLatency": "INSUFFICIENT_DATA"}


class TeamWorld(AwsWorld):
    """What changes something is in `changes`."""

    def __init__(self, *recorded: RecordedRun) -> None:
        super().__init__(*recorded)
        self.changes: list[str] = []
        self.running_jobs: list[str] = []
        self.versions = {1: "run-20261123-120000", 2: SERVING, 3: "run-20261124-125000"}
        self.rejected: set[int] = set()  # versions
        self.requests: dict[str, list[tuple[timedelta, float]]] = {}  # by metric: age, sum
        self.denied: set[str] = set()  # operations
        self.forgotten: set[str] = set()  # runs whose history Step Functions has deleted

    def on_call(self, operation: str) -> None:
        super().on_call(operation)
        if operation in self.denied:
            raise Refused("AccessDeniedException", f"User me is not authorized to {operation}")

    def wait_for_approval(self) -> RecordedRun:
        """A run that is now the newest, with the token of its question."""
        run = recorded_runs.waiting()
        self.runs.insert(0, run)
        self.objects |= recorded_runs.evaluation_of(run.name)
        self.objects[f"runs/{run.name}/approval.json"] = b'{"token": "secret"}'
        return run

    def add_drift_report(self, name: str, report: Report) -> None:
        prefix = f"drift/{name}/report/report"
        self.objects[f"{prefix}.json"] = json.dumps(report.document()).encode()
        self.objects[f"{prefix}.html"] = b"<h1>Drift</h1><script>alert(1)</script>"

    # -- Step Functions ------------------------------------------------------------------------

    def get_execution_history(self, executionArn: str, **more: Any) -> dict[str, Any]:
        if self.run(executionArn).name in self.forgotten:
            raise Refused("ExecutionDoesNotExist", "Execution Does Not Exist")
        return super().get_execution_history(executionArn, **more)

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: A002
        if stateMachineArn.endswith("-drift"):
            self.changes.append(f"compare {input}")
            return {"executionArn": f"{stateMachineArn}:{name}", "startDate": NOON}
        if any(run.name == name for run in self.runs):
            raise Refused("ExecutionAlreadyExists", "Execution Already Exists")
        self.changes.append(f"start {name} {input}")
        self.runs.insert(0, recorded_runs.begun(name, json.loads(input)))
        arn = f"{MACHINE.replace('stateMachine', 'execution')}:{name}"
        return {"executionArn": arn, "startDate": NOON}

    def stop_execution(self, executionArn: str, error: str, cause: str) -> dict[str, Any]:
        self.changes.append(f"stop {self.run(executionArn).name}")
        return {"stopDate": NOON}

    def redrive_execution(self, executionArn: str, **_: Any) -> dict[str, Any]:
        run = self.run(executionArn)
        if run.status != "FAILED":
            raise Refused("ExecutionNotRedrivable", f"Execution is {run.status}")
        self.changes.append(f"redrive {run.name}")
        return {"redriveDate": NOON}

    def send_task_success(self, taskToken: str, output: str) -> None:
        self.changes.append(f"answer {taskToken} {output}")

    def get_caller_identity(self) -> dict[str, Any]:
        return {"Arn": CALLER, "Account": "000000000001"}

    # -- jobs and uploads ----------------------------------------------------------------------

    def list_training_jobs(self, **_: str) -> dict[str, Any]:
        return {
            "TrainingJobSummaries": [
                {
                    "TrainingJobName": name,
                    "TrainingJobArn": f"{_SAGEMAKER}training-job/{name}",
                    "TrainingJobStatus": "InProgress",
                    "CreationTime": NOON,
                }
                for name in self.running_jobs
            ]
        }

    def list_processing_jobs(self, **_: str) -> dict[str, Any]:
        return {"ProcessingJobSummaries": []}

    def stop_training_job(self, TrainingJobName: str) -> None:
        self.changes.append(f"stop {TrainingJobName}")

    def put_object(self, Bucket: str, Key: str, Body: Any, **_: Any) -> None:
        self.changes.append(f"keep {Bucket}/{Key}")
        self.objects[Key] = Body if isinstance(Body, bytes) else Body.read()

    # -- what serves ---------------------------------------------------------------------------

    def stop_endpoint(self) -> None:
        self.has_endpoint = False
        stopped = StoppedEndpoint(config=_CONFIG, tags=[], scaling=[], reason=_IDLE)
        self.objects[STOPPED_ENDPOINT] = json.dumps(stopped.document()).encode()

    def create_endpoint(self, EndpointName: str, **_: Any) -> dict[str, Any]:
        self.changes.append(f"create {EndpointName}")
        self.has_endpoint = True
        return {"EndpointArn": f"{_SAGEMAKER}endpoint/{EndpointName}"}

    def list_endpoint_configs(self, **_: Any) -> dict[str, Any]:
        return {"EndpointConfigs": []}

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        if not self.has_endpoint:
            raise Refused("ValidationException", f'Could not find endpoint "{EndpointName}".')
        return {
            "EndpointName": EndpointName,
            "EndpointArn": f"{_SAGEMAKER}endpoint/{EndpointName}",
            "EndpointConfigName": _CONFIG,
            "EndpointStatus": "InService",
            "CreationTime": NOON - timedelta(days=9),
            "LastModifiedTime": NOON + timedelta(minutes=5),
            "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 2}],
        }

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        return {
            "EndpointConfigName": EndpointConfigName,
            "EndpointConfigArn": f"{_SAGEMAKER}endpoint-config/{EndpointConfigName}",
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
            "CreationTime": NOON,
        }

    def list_tags(self, ResourceArn: str) -> dict[str, Any]:
        execution = f"{MACHINE.replace('stateMachine', 'execution')}:{SERVING}"
        tags = {"reviews:run": SERVING, "reviews:execution": execution}
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def list_model_packages(self, ModelPackageGroupName: str, **_: str) -> dict[str, Any]:
        group = f"{_SAGEMAKER}model-package/{ModelPackageGroupName}"
        return {
            "ModelPackageSummaryList": [
                {
                    "ModelPackageArn": f"{group}/{number}",
                    "ModelPackageVersion": number,
                    "ModelPackageStatus": "Completed",
                    "CreationTime": NOON,
                }
                for number in sorted(self.versions, reverse=True)
            ]
        }

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        number = int(ModelPackageName.rpartition("/")[2])
        return {
            "ModelPackageName": ModelPackageName,
            "ModelPackageArn": ModelPackageName,
            "ModelPackageVersion": number,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": "Rejected" if number in self.rejected else "Approved",
            "InferenceSpecification": {
                "Containers": [{"Image": "image", "ModelDataUrl": f"s3://artefacts/{number}"}]
            },
            "CreationTime": NOON,
            "CustomerMetadataProperties": {
                "run": self.versions[number],
                "accuracy": f"0.8{number}",
                "macro_f1": "0.8",
            },
        }

    # -- CloudWatch ----------------------------------------------------------------------------

    def get_metric_statistics(self, MetricName: str, **_: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        points = self.requests.get(MetricName, [])
        return {
            "Label": MetricName,
            "Datapoints": [{"Timestamp": now - age, "Sum": total} for age, total in points],
        }

    def describe_alarms(self, AlarmNamePrefix: str) -> dict[str, Any]:
        return {
            "MetricAlarms": [
                {
                    "AlarmName": f"{AlarmNamePrefix}{name}",
                    "AlarmDescription": f"About {name}.",
                    "StateValue": state,
                    "StateReason": "Threshold Crossed",
                    **({"StateTransitionedTimestamp": NOON} if state != "OK" else {}),
                }
                for name, state in _ALARMS.items()
            ]
        }
