"""Public clients, unmodified: the SageMaker SDK and the AWS CLI, told AWS_ENDPOINT_URL only."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from localcloud import sdk_startup
from worlds.execution_world import BUCKET, World, archive

pytestmark = pytest.mark.timeout(400)
PROGRAMS = Path(__file__).parent
# The SDK reports its use over the network unless its own configuration file says no.
CONFIG = """
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


# Runs a program in which every pause is short: the SDK looks for the end of a job each 10 to 30
# seconds.
RUNS = """
import runpy, sys, time
pause = time.sleep
time.sleep = lambda seconds: pause(min(seconds, 0.1))
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""


LENGTHS = """
    def model_fn(_):
        return None

    def transform_fn(_, body, content_type, accept):
        text = body if isinstance(body, str) else bytes(body).decode()
        return "".join(f"{len(row)}\\n" for row in text.splitlines()), accept
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
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sdk") / "config.yaml"
    path.write_text(CONFIG)
    return str(path)


def run_program(world: World, config: str, program: str, *arguments: str) -> Outcome:
    output = run(
        world,
        [sys.executable, "-c", RUNS, str(PROGRAMS / program), world.role, BUCKET, *arguments],
        SAGEMAKER_USER_CONFIG_OVERRIDE=config,
        SAGEMAKER_SUPPRESS_V2_WARNING="1",
    )
    return Outcome(output, json.loads(output.splitlines()[-1].lstrip("-!")))


@pytest.fixture(scope="module")
def outcome(world: World, config: str) -> Outcome:
    return run_program(world, config, "sdk_client.py")


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


def test_the_sdk_tunes_and_finds_the_best_training_job(world: World, config: str) -> None:
    found = run_program(world, config, "sdk_tuning.py").result
    assert found["best"] == found["by value"] == found["attached"]
    assert found["instances"] == "ml.m5.large"
    assert found["best"].startswith("sagemaker-scikit-lea-")  # what the SDK calls tuning jobs
    shapes = [shape.strip('"') for shape in found["shapes"]]
    for loss, rate, shape in zip(found["losses"], found["rates"], shapes, strict=True):
        assert loss == pytest.approx(rate + (shape == "round"), abs=1e-5)
    assert "_tuning_objective_metric" in found["hyperparameters"]


@pytest.mark.slow
def test_the_sdk_finds_registers_and_transforms(
    world: World, config: str, outcome: Outcome
) -> None:
    job = outcome.result["training_job"]
    found = run_program(world, config, "sdk_contract.py", job).result
    assert found["waited"] == ["Completed", "InService"]
    assert mean(found["metrics"]) == pytest.approx(0.75)  # by the minute, of two epochs
    assert found["prediction"] == [{"score": 9}]
    assert found["approval"] == "Approved"
    assert found["transformed"] == {"score": 12}
    assert found["ddl"].startswith("CREATE EXTERNAL TABLE IF NOT EXISTS reviews.scores")
    assert f"s3://{BUCKET}/features/" in found["ddl"]


@pytest.mark.slow
def test_the_sdk_serves_a_version_asynchronously_and_in_batches(
    world: World, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", sdk_startup.python_path(os.environ.get("PYTHONPATH")))
    data = world.upload("sdk/lengths.tar.gz", archive({"code/inference.py": LENGTHS}))
    assert run_program(world, config, "sdk_serving.py", data).result == {
        "answer": [["3"], ["2"]],
        "joined": "id-1,3\nid-2,2\n",
        "sources": [True],
        "left": ["Model"],
    }


@pytest.mark.slow
def test_the_sdk_reports_a_run_of_an_experiment(world: World, config: str) -> None:
    found = run_program(world, config, "sdk_experiments.py").result
    assert found == {
        "runs": ["first"],
        "parameters": [{"rate": 0.1, "epochs": 2}],
        "metrics": 3,
    }
    assert world.sagemaker.list_experiments()["ExperimentSummaries"] == []
