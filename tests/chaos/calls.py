"""The calls of the functions and of the state machine itself; functions called without it."""

import json
from dataclasses import dataclass, field
from typing import Any

from infra.state_machine import REDRIVES
from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment

Call = tuple[str, str]  # the operation, and a text that tells it from others in a run
# In the order in which a run comes to them.
CALLS: dict[str, list[Call]] = {
    "prepare": [
        ("s3:HeadObject", "/reviews/"),
        ("s3:HeadObject", "sourcedir"),
        ("s3:PutObject", "/source/"),
        ("s3:PutObject", "sourcedir"),
        ("s3:PutObject", "run.json"),
    ],
    "start-processing": [("sagemaker:CreateProcessingJob", "-process-")],
    "check-features": [
        ("s3:ListObjectsV2", "preparation-"),
        ("s3:GetObject", "preparation-"),
        ("athena:StartQueryExecution", ""),
        ("athena:GetQueryExecution", ""),
        ("athena:GetQueryResults", ""),
    ],
    "start-training": [("sagemaker:CreateTrainingJob", "")],
    "start-evaluation": [
        ("sagemaker:ListModelPackages", ""),
        ("sagemaker:DescribeModelPackage", ""),
        ("s3:HeadObject", "model.tar.gz"),
        ("sagemaker:CreateProcessingJob", "-evaluate-"),
    ],
    "check-gate": [("s3:GetObject", "evaluation.json")],
    "register-model": [("sagemaker:CreateModelPackage", "")],
    "deploy-endpoint": [
        ("sagemaker:CreateModel", ""),
        ("sagemaker:CreateEndpointConfig", ""),
        ("sagemaker:DescribeEndpoint", ""),
        ("sagemaker:ListTags", ""),
        ("states:DescribeExecution", ""),
        ("sagemaker:DescribeEndpointConfig", ""),
        ("sagemaker:UpdateEndpoint", ""),
        ("sagemaker:AddTags", ""),
    ],
    "scale-endpoint": [
        ("application-autoscaling:RegisterScalableTarget", ""),
        ("application-autoscaling:PutScalingPolicy", ""),
    ],
    "smoke-test": [("s3:GetObject", "evaluation.json"), ("sagemaker:InvokeEndpoint", "")],
}
# Of a run that begins with the evaluation of another.
SKIPPING = [
    ("s3:HeadObject", "run.json"),
    ("s3:GetObject", "run.json"),
    ("s3:ListObjectsV2", "features/test"),
    ("s3:ListObjectsV2", "/training/"),
]
# Of a function that is called again, after it has made its job.
FOUND: dict[str, list[Call]] = {
    "StartProcessing": [("sagemaker:DescribeProcessingJob", "-process-")],
    "StartTraining": [("sagemaker:DescribeTrainingJob", "")],
    "StartEvaluation": [("sagemaker:DescribeProcessingJob", "-evaluate-")],
}
HANDLING = [
    ("sagemaker:StopTrainingJob", ""),
    ("s3:PutObject", "failure.json"),
    ("sns:Publish", ""),
]
# The state machine's own, and how many such calls of functions come before.
OWN = {
    "sagemaker:DescribeProcessingJob": 0,
    "sagemaker:DescribeTrainingJob": 0,
    "sagemaker:DescribeEndpoint": 1,
    "sns:Publish": 0,
}
# What happens to a call for a while, in the words of the table: the fault, and its options.
TROUBLES: dict[str, tuple[str, dict[str, Any]]] = {
    "throttled, 3 in a row": ("throttle", {"times": 3}),
    "unavailable (503), 3 in a row": ("error", {"times": 3, "status": 503}),
    "lost answers": ("lost", {}),
    "a second late": ("slow", {"seconds": 1}),
}


@dataclass(frozen=True)
class Answer:
    content: Any
    error: str  # the class of what the function raised; empty if it answered


@dataclass(frozen=True)
class Alone:
    """Calls functions as the state machine would for the run, with what its states tell them."""

    deployment: ChaosDeployment
    first: Execution
    values: dict[str, Any] = field(default_factory=dict)  # for other variables, by their names

    def call(self, state: str) -> Answer:
        task = self._states()[state]["Arguments"]
        answer = self.deployment.client("lambda").invoke(
            FunctionName=task["FunctionName"], Payload=json.dumps(self._fill(task["Payload"]))
        )
        content = json.load(answer["Payload"])
        return Answer(content, content["errorType"] if "FunctionError" in answer else "")

    def _states(self) -> dict[str, Any]:
        machine = self.deployment.client("stepfunctions").describe_state_machine(
            stateMachineArn=self.deployment.outputs().state_machine_arn
        )
        states: dict[str, Any] = json.loads(machine["definition"])["States"]
        return states

    def _fill(self, part: Any) -> Any:
        if isinstance(part, dict):
            return {key: self._fill(value) for key, value in part.items()}
        if isinstance(part, list):
            return [self._fill(item) for item in part]
        if isinstance(part, str) and part.startswith("{% "):
            return self._variables()[part.removeprefix("{% ").removesuffix(" %}")]
        return part

    def _variables(self) -> dict[str, Any]:
        result = self.first.result()
        evaluation = result["evaluation"]
        metrics = {name: evaluation[name] for name in ("accuracy", "macro_f1")}
        return {
            "$run": result["run"],
            "$attempt": 1,
            "$gate": {"passed": True, "missed": [], "metrics": metrics},
            "$package": result["model_package"],
            "$endpoint": result["endpoint"],
            "$step": "train",
            "$reason": "a test",
            "$error": "",
            "$redrives": 0,
            REDRIVES: 0,
            "$states.context.Execution.Id": self.first.arn,
            "$states.context.Execution.Name": self.first.name,
            "$states.context.Execution.StartTime": result["run"]["started"],
            **self.values,
        }
