"""Executions of the deployed state machine, with short trainings."""

import uuid
from typing import Any

from contract.names import run_id
from contract.s3_keys import APPROVAL, run_prefix
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment
from worlds.waiting import until

TRAINING = {"epochs": 2, "batch_size": 16, "learning_rate": 5e-4, "max_length": 32}
_EXECUTION_SECONDS = 420


def start(deployment: Deployment, name: str, content: bytes, **more: Any) -> str:
    """Uploads the CSV and starts an execution on it; returns its ARN."""
    outputs = deployment.outputs()
    key = f"reviews/{name}.csv"
    deployment.client("s3").put_object(Bucket=outputs.data_bucket, Key=key, Body=content)
    document = {"reviews": f"s3://{outputs.data_bucket}/{key}", "training": TRAINING, **more}
    return begin(deployment, name, document)


def begin(deployment: Deployment, name: str, document: dict[str, Any]) -> str:
    """Starts an execution with this input; returns its ARN."""
    return deployment.facade().runs.start(document, name)


def finish(deployment: Deployment, arn: str) -> Execution:
    """The execution once it has ended."""
    states = deployment.client("stepfunctions")
    found = until(
        lambda: execution.describe(states, arn),
        lambda now: now.finished,
        seconds=_EXECUTION_SECONDS,
        pause=1,
    )
    assert found.finished, f"{arn} still runs"
    return found


def is_asked(deployment: Deployment, name: str) -> bool:
    """Whether an execution waits for an approval, once it does, or has ended."""
    facade = deployment.facade()
    place = {
        "Bucket": facade.outputs.artefact_bucket,
        "Prefix": f"{run_prefix(run_id(name))}/{APPROVAL}",
    }

    def question_or_end() -> bool | None:
        if "Contents" in facade.client("s3").list_objects_v2(**place):
            return True
        return False if facade.runs.find(name).finished else None

    found = until(question_or_end, lambda now: now is not None, seconds=300, pause=0.5)
    assert found is not None, f"{name} neither ends nor asks"
    return found


def unique(name: str) -> str:
    """A name that no execution had."""
    return f"{name}-{uuid.uuid4().hex[:6]}"
