from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import main
from cli.aws import Environment
from cli.endpoint import Prediction
from cli.errors import EndpointUnavailable
from cli.stack_outputs import StackOutputs

OUTPUTS = StackOutputs(
    state_machine_arn="arn:aws:states:us-east-1:1:stateMachine:reviews-dev",
    data_bucket="data",
    artefact_bucket="artefacts",
    feature_group="group",
    endpoint_name="reviews-dev",
    athena_work_group="work",
    glue_database="database",
    glue_table="table",
    base_model="roberta-base",
)


class FakeClients:
    """S3 and Step Functions that remember what they were told."""

    class exceptions:  # noqa: N801 - boto3's name
        class ExecutionAlreadyExists(Exception): ...

        class InvalidName(Exception): ...

    def __init__(self) -> None:
        self.started: dict[str, Any] = {}

    def upload_file(self, *_: str) -> None: ...

    def start_execution(self, **arguments: Any) -> dict[str, str]:
        self.started = arguments
        return {"executionArn": f"arn:aws:states:us-east-1:1:execution:m:{arguments['name']}"}


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    fake = FakeClients()
    monkeypatch.setattr(Environment, "client", lambda _self, _service: fake)
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return fake


def test_run_starts_an_execution_with_the_uploaded_csv(
    clients: FakeClients, tmp_path: Path
) -> None:
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("Review Text,Rating\ngood,5\n")
    arguments = [
        "run",
        str(reviews),
        "--env",
        "dev",
        "--name",
        "mine",
        "--set",
        "training.epochs=3",
    ]
    result = CliRunner().invoke(main.app, arguments)
    assert result.exit_code == 0, result.output
    assert clients.started["name"] == "mine"
    assert clients.started["input"] == (
        '{"reviews": "s3://data/reviews/reviews.csv", "training": {"epochs": 3}}'
    )
    assert "Started mine" in result.output


def test_run_names_a_missing_file_and_exits_with_1(clients: FakeClients, tmp_path: Path) -> None:
    result = CliRunner().invoke(main.app, ["run", str(tmp_path / "none.csv")])
    assert result.exit_code == 1
    assert "there is no such file" in result.stderr
    assert "Traceback" not in result.stderr
    assert clients.started == {}


def test_predict_prints_each_answer(clients: FakeClients, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Any, endpoint: str, texts: list[str]) -> list[Prediction]:
        assert endpoint == "reviews-dev"
        return [
            Prediction(text=text, label="neutral", sentiment=0, probability=0.5, probabilities={})
            for text in texts
        ]

    monkeypatch.setattr(main.endpoint, "predict", answer)
    result = CliRunner().invoke(main.app, ["predict", "one", "two", "--env", "dev"])
    assert result.exit_code == 0
    assert result.output.count("neutral") == 2


def test_an_endpoint_that_does_not_answer_is_one_line_on_stderr(
    clients: FakeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise EndpointUnavailable("Endpoint reviews-dev did not answer: [x] not found")

    monkeypatch.setattr(main.endpoint, "predict", refuse)
    result = CliRunner().invoke(main.app, ["predict", "one"])
    assert result.exit_code == 1
    assert "[x] not found" in result.stderr


@pytest.mark.parametrize("command", ["run", "status", "predict", "query", "report"])
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main.app, [command, "--help"])
    assert result.exit_code == 0
    assert "--env" in result.output
