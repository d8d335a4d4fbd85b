"""Three runs: one that succeeded, one whose training failed, one that is training now."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.reviews.worlds.history import NOON, History

PREFIX = "s3://artefacts/runs"
SUCCEEDED, RUNNING, WAITING = (f"run-20261124-{hour}0000" for hour in (12, 13, 14))
FAILED = "too-few-epochs"
WAIT_SECONDS = 4.0
TRAINING_LOG = [
    'settings: {"epochs": 3, "batch_size": 32}',
    *(
        f"train:loss={1.1 * 0.993**step:.4f} train:progress={step / 240:.4f} "
        f"train:samples_per_second=114.1 epoch={1 + (step - 1) // 80} step={step}/240"
        for step in range(4, 81, 4)
    ),
    "validation:loss=0.7012 validation:accuracy=0.6952 validation:macro_f1=0.6913 epoch=1",
    *(
        f"train:loss={1.1 * 0.993**step:.4f} train:progress={step / 240:.4f} "
        f"train:samples_per_second=112.7 epoch={1 + (step - 1) // 80} step={step}/240"
        for step in range(84, 161, 4)
    ),
    "validation:loss=0.6214 validation:accuracy=0.7460 validation:macro_f1=0.7462 epoch=2",
    *(
        f"train:loss={1.1 * 0.993**step:.4f} train:progress={step / 240:.4f} "
        f"train:samples_per_second=115.0 epoch={1 + (step - 1) // 80} step={step}/240"
        for step in range(164, 241, 4)
    ),
    "validation:loss=0.6105 validation:accuracy=0.7524 validation:macro_f1=0.7519 epoch=3",
    "Best validation macro-F1: 0.7519",
]
EVALUATION: dict[str, Any] = {
    "engine": "torch",
    "rows": 315,
    "accuracy": 0.8095,
    "macro_f1": 0.8081,
    "macro_f1_interval": [0.7603, 0.8502],
    "majority_accuracy": 0.3333,
    "labels": ["negative", "neutral", "positive"],
    "confusion_matrix": [[90, 12, 3], [18, 74, 13], [1, 13, 91]],
    "per_class": {
        "negative": {"precision": 0.826, "recall": 0.857, "f1": 0.841, "support": 105},
        "neutral": {"precision": 0.763, "recall": 0.705, "f1": 0.733, "support": 105},
        "positive": {"precision": 0.835, "recall": 0.867, "f1": 0.851, "support": 105},
    },
    "temperature": 0.72,
    "reliability": {
        "expected_calibration_error": 0.031,
        "error_by_chance": {"mean": 0.046, "percentile_95": 0.07},
        "bins": [
            {"from": 0.4, "to": 0.6, "rows": 61, "confidence": 0.52, "accuracy": 0.51},
            {"from": 0.6, "to": 0.8, "rows": 84, "confidence": 0.71, "accuracy": 0.76},
            {"from": 0.8, "to": 1.0, "rows": 170, "confidence": 0.94, "accuracy": 0.94},
        ],
    },
    "reliability_before_scaling": {
        "expected_calibration_error": 0.097,
        "bins": [
            {"from": 0.4, "to": 0.6, "rows": 122, "confidence": 0.53, "accuracy": 0.63},
            {"from": 0.6, "to": 0.8, "rows": 193, "confidence": 0.71, "accuracy": 0.81},
        ],
    },
    "worst_mistakes": [
        {
            "text": "<b>Runs small</b> & came late, but I kept it.",
            "actual": "neutral",
            "predicted": "negative",
            "probability": 0.9123,
        }
    ],
}
FAILED_LOG = ['settings: {"epochs": 0}', "UserError: training.epochs must be at least 1, and is 0"]
EVALUATION_LOG = [
    "progress=1.00 stage=predict rows=315",
    "accuracy=0.8095 macro_f1=0.8081 macro_f1_interval=[0.7603,0.8502] rows=315",
]
PROCESSING_LOG = ["progress=1.00 stage=done rows=3147"]
TROUBLE = "UserError: training.epochs must be at least 1, and is 0"


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    name: str
    history: History
    status: str

    @property
    def started(self) -> Any:
        return self.history.events[0]["timestamp"]

    def described(self) -> dict[str, Any]:
        """DescribeExecution, without names and ARNs."""
        if self.status == "RUNNING":
            return {}
        details = self.history.events[-1]
        failed = details.get("executionFailedEventDetails", {})
        output = {} if failed else {"output": self.history.data}
        return {"stopDate": details["timestamp"], **failed, **output}


def run_document(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "execution": f"arn:aws:states:us-east-1:1:execution:reviews-dev:{name}",
        "environment": "dev",
        "prefix": f"{PREFIX}/{name}",
        "event_time": "2026-11-24T12:00:00.000Z",
        "reviews": "s3://data/reviews/1a2b3c/sample.csv",
        "base_model": "roberta-base",
        "training": {"epochs": "3", "learning_rate": "2e-4"},
    }


def evaluation_of(name: str) -> dict[str, bytes]:
    """The key and the content of the evaluation of a run."""
    return {f"runs/{name}/evaluation/evaluation.json": json.dumps(EVALUATION).encode()}


def begun(name: str, document: dict[str, Any]) -> RecordedRun:
    """One that has only just been started."""
    history = History(document, start=NOON + timedelta(hours=3)).visit("Begin").enter("Prepare")
    return RecordedRun(name=name, history=history, status="RUNNING")


def waiting(name: str = WAITING) -> RecordedRun:
    """Waits for the approval of its model, as in an environment with that setting."""
    history = trained(name)
    job(history, "Evaluation", f"reviews-dev-evaluate-{name}-1", waits=1)
    history.visit("CheckGate").visit("RegisterModel").visit("Approved?").enter("AskApproval")
    history.schedule()
    return RecordedRun(name=name, history=history, status="RUNNING")


def succeeded(name: str = SUCCEEDED) -> RecordedRun:
    history = trained(name)
    job(history, "Evaluation", f"reviews-dev-evaluate-{name}-1", waits=1)
    history.visit("CheckGate").visit("RegisterModel").visit("Approved?")
    history.visit("DeployEndpoint", {"name": "reviews-dev", "endpoint_config": f"{name}-1"})
    history.visit("WaitForEndpoint").visit("DescribeEndpoint").visit("EndpointDone?")
    history.visit("ScaleEndpoint")
    history.visit("SmokeTest", {"run": run_document(name), "evaluation": EVALUATION})
    history.visit("NotifySuccess").visit("Succeeded").end()
    return RecordedRun(name=name, history=history, status="SUCCEEDED")


def failed(name: str = FAILED) -> RecordedRun:
    """StartTraining is tried twice, SageMaker takes the job, and then the script gives up."""
    history = processed(name)
    training = {"kind": "training", "name": f"reviews-dev-train-{name}-1"}
    history.enter("StartTraining").schedule()
    history.fail("Throttled", json.dumps({"errorMessage": "Rate exceeded"}))
    history.schedule().succeed().leave("StartTraining", training)
    wait(history, "Training")
    cause = json.dumps({"errorMessage": f"Train: {TROUBLE}", "errorType": "Train"})
    history.enter("HandleFailure").schedule().fail("Train", cause)
    history.end(error="Train", cause=cause)
    return RecordedRun(name=name, history=history, status="FAILED")


def refused(name: str = "bad-from") -> RecordedRun:
    """Prepare fails, and the error that was caught is its output."""
    history = History({"start_at": "training", "from_run": "typo"})
    history.visit("Begin").enter("Prepare").schedule()
    cause = json.dumps({"errorMessage": "from_run: there is no run 'typo'"})
    history.fail("InvalidInput", cause).leave("Prepare", {"Error": "InvalidInput", "Cause": cause})
    history.enter("HandleFailure").schedule().fail("Prepare", cause)
    history.end(error="Prepare", cause=cause)
    return RecordedRun(name=name, history=history, status="FAILED")


def running(name: str = RUNNING) -> RecordedRun:
    history = processed(name)
    training = {"kind": "training", "name": f"reviews-dev-train-{name}-1"}
    history.visit("StartTraining", training)
    wait(history, "Training")
    history.enter("WaitForTraining")
    return RecordedRun(name=name, history=history, status="RUNNING")


def processed(name: str) -> History:
    """Up to where a training is started."""
    start = NOON + timedelta(hours=1 if name == RUNNING else 0)
    history = History({"reviews": "s3://data/reviews/sample.csv"}, start=start)
    history.visit("Begin").visit("Prepare", run_document(name)).visit("StartAt?")
    job(history, "Processing", f"reviews-dev-process-{name}-1", waits=3)
    return history.visit("BeginFeatures").visit("CheckFeatures").visit("FeaturesReady?")


def trained(name: str) -> History:
    history = processed(name)
    job(history, "Training", f"reviews-dev-train-{name}-1", waits=8, kind="training")
    return history


def job(history: History, step: str, name: str, *, waits: int, kind: str = "processing") -> None:
    history.visit(f"Start{step}", {"kind": kind, "name": name})
    for _ in range(waits):
        wait(history, step)


def wait(history: History, step: str) -> None:
    history.visit(f"WaitFor{step}", seconds=WAIT_SECONDS)
    history.visit(f"Describe{step}", {"status": "InProgress"}).visit(f"{step}Done?")
