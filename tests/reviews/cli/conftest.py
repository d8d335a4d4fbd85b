"""Fixtures of the command line with the fake AWS of runs_world.py."""

import io
import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from typer.testing import CliRunner

from reviews.cli import progress
from reviews.cli.main import app
from reviews.client.environment import Environment
from reviews.client.errors import NotRunning
from tests.reviews.cli.commands import Result, Reviews
from tests.reviews.cli.csv_table import TABLE
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> RunsWorld:
    made = RunsWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever needs AWS fails as without the embedded AWS."""

    def refuse(*_: Any) -> NoReturn:
        raise NotRunning("AWS was asked")

    monkeypatch.setattr(Environment, "client", refuse)


@pytest.fixture
def reviews() -> Reviews:
    """Runs `reviews` with these words in the environment `dev`."""

    def run(*words: str, answer: str = "") -> Result:
        result = CliRunner().invoke(app, [*words, "--env", "dev"], input=answer)
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two polls."""
    monkeypatch.setattr(progress, "_POLL_SECONDS", 0)


@pytest.fixture
def asked(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts of each request to an endpoint that finds all of them neutral."""
    requests: list[list[str]] = []

    def answer(Body: bytes, **_: Any) -> dict[str, Any]:
        requests.append([json.loads(line)["features"][0] for line in Body.splitlines()])
        result = {"label": "neutral", "sentiment": 0, "probability": 0.5, "probabilities": {}}
        lines = "\n".join(json.dumps(result) for _ in requests[-1])
        return {"Body": io.BytesIO(lines.encode())}

    monkeypatch.setattr(runs, "invoke_endpoint", answer, raising=False)
    return requests


@pytest.fixture
def csv(tmp_path: Path) -> str:
    """The path of a file with the table."""
    file = tmp_path / "reviews.csv"
    file.write_text(TABLE)
    return str(file)
