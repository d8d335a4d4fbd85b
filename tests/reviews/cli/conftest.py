"""The command line against the memory of runs_world.py."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from reviews.client.aws import Environment
from tests.reviews.cli.endpoint_world import OUTPUTS
from tests.reviews.cli.runs_world import RunsWorld


@dataclass(frozen=True)
class Said:
    """What a command said, and with which exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> RunsWorld:
    made = RunsWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


@pytest.fixture
def reviews() -> Callable[..., Said]:
    """Runs `reviews` with these words in the environment `dev`."""

    def run(*words: str, answer: str = "") -> Said:
        result = CliRunner().invoke(app, [*words, "--env", "dev"], input=answer)
        return Said(result.exit_code, result.stdout, result.stderr)

    return run
