"""Public clients, unmodified: the SageMaker SDK and the AWS CLI, told AWS_ENDPOINT_URL only."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.execution_world import BUCKET, World, world

__all__ = ["world"]

pytestmark = pytest.mark.timeout(400)
CLIENT = Path(__file__).parent / "sdk_client.py"
# The SDK reports its use over the network unless its own configuration file says no.
CONFIG = """
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


@dataclass
class Outcome:
    output: str
    result: dict[str, Any]


def run(world: World, command: list[str], **more: str) -> str:
    environment = {**os.environ, **world.environment, **more}
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=380, check=False
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    return finished.stdout


@pytest.fixture(scope="module")
def outcome(world: World, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    config = tmp_path_factory.mktemp("sdk") / "config.yaml"
    config.write_text(CONFIG)
    output = run(
        world,
        [sys.executable, str(CLIENT), world.role, BUCKET],
        SAGEMAKER_USER_CONFIG_OVERRIDE=str(config),
        SAGEMAKER_SUPPRESS_V2_WARNING="1",
    )
    return Outcome(output, json.loads(output.splitlines()[-1].removeprefix("!")))


def aws(world: World, *arguments: str) -> Any:
    """The AWS CLI of this interpreter's environment."""
    text = run(world, [str(Path(sys.executable).with_name("aws")), *arguments, "--output", "json"])
    return json.loads(text)


def test_the_sdk_processes_and_shows_the_log(world: World, outcome: Outcome) -> None:
    assert world.read("sdk/plain/a.txt") == b"ABC"
    assert world.read("sdk/framework/a.txt") == b"ABC"
    assert outcome.output.count("prepared a.txt") == 2


def test_the_sdk_trains_and_shows_the_log(world: World, outcome: Outcome) -> None:
    assert "loss=0.50" in outcome.output
    job = aws(
        world,
        "sagemaker",
        "describe-training-job",
        "--training-job-name",
        outcome.result["training_job"],
    )
    assert job["TrainingJobStatus"] == "Completed"
    assert job["FinalMetricDataList"][0]["Value"] == pytest.approx(0.5)


def test_the_sdk_deploys_and_predicts(outcome: Outcome) -> None:
    assert outcome.result["predictions"] == [{"score": 9}, {"score": 15}]


def test_the_cli_invokes_the_endpoint(world: World, outcome: Outcome, tmp_path: Path) -> None:
    body, answer = tmp_path / "body", tmp_path / "answer"
    body.write_text('{"features": ["four"]}')
    response = aws(
        world,
        "sagemaker-runtime",
        "invoke-endpoint",
        "--endpoint-name",
        "sdk-endpoint",
        "--content-type",
        "application/jsonlines",
        "--body",
        f"fileb://{body}",
        str(answer),
    )
    assert response["InvokedProductionVariant"] == "AllTraffic"
    assert json.loads(answer.read_text()) == {"score": 12}
