"""The command line against the memory of runs_world.py."""

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Result, Reviews
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> RunsWorld:
    made = RunsWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


@pytest.fixture
def reviews() -> Reviews:
    """Runs `reviews` with these words in the environment `dev`."""

    def run(*words: str, answer: str = "") -> Result:
        result = CliRunner().invoke(app, [*words, "--env", "dev"], input=answer)
        return Result(result.exit_code, result.stdout, result.stderr)

    return run
