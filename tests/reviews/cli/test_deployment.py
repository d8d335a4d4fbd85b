import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reviews.cli import deployment
from reviews.cli.deployment import Deployment
from reviews.client.aws import embedded
from reviews.client.aws.embedded import Embedded
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from tests.reviews.worlds.runs_world import RunsWorld


class Programs:
    """Remembers what was run, without its options of the output."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.variables: list[Mapping[str, str]] = []

    def __call__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        name = "python" if command[0] == sys.executable else command[0]
        self.lines.append(" ".join([name, *command[1:]]))
        self.variables.append(variables)

    @property
    def beginnings(self) -> list[str]:
        return [" ".join(line.split()[:4]) for line in self.lines]


@pytest.fixture
def programs() -> Programs:
    return Programs()


@pytest.fixture
def local(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    monkeypatch.setattr(embedded, "find", lambda: Embedded(variables=variables))
    monkeypatch.setenv("REVIEWS_DATA_DIR", str(tmp_path))
    return Environment("local")


def test_local_starts_its_aws_bootstraps_and_deploys(
    local: Environment, programs: Programs
) -> None:
    Deployment(local, programs).deploy(ask=False)
    assert programs.beginnings == [
        "python -m localcloud start",
        "cdk bootstrap aws://123456789012/us-east-1 --app",
        "cdk deploy ** --require-approval",
    ]
    assert "--app  --no-notices" in programs.lines[1]  # the app is not synthesised for that
    assert f"never -c env=local --app {sys.executable} app.py" in programs.lines[2]
    assert programs.variables[2]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"


@pytest.mark.parametrize("path", ["/home/me/my proj/.localcloud", "/tmp/it's", "/tmp/$HOME"])
def test_a_path_that_no_training_can_run_in_is_refused_by_name(
    local: Environment, programs: Programs, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("REVIEWS_DATA_DIR", path)
    with pytest.raises(InvalidArgument, match=f"^{re.escape(path)}: .*export REVIEWS_DATA_DIR="):
        Deployment(local, programs).deploy(ask=False)
    assert programs.lines == []


def test_an_installation_in_such_a_path_is_refused_too() -> None:
    python = Path("/home/me/my proj/.venv/bin/python")
    with pytest.raises(InvalidArgument, match=r"^/home/me/my proj/.*the project into another fold"):
        deployment.check_paths(Path("/tmp/data"), python)


def test_destroying_local_stops_its_embedded_aws_when_nothing_is_left(
    local: Environment, programs: Programs
) -> None:
    Deployment(local, programs).destroy()
    assert programs.beginnings == [
        "cdk destroy ** --force",
        "python -m reviews.cli.teardown --env",
        "python -m localcloud stop",
        "python -m localcloud clear",
    ]


def test_on_aws_the_cdk_asks_and_nothing_else_is_touched(
    runs: RunsWorld, programs: Programs
) -> None:
    here = Environment("dev")
    Deployment(here, programs).deploy(ask=True)
    Deployment(here, programs).destroy()
    assert programs.beginnings == ["cdk deploy ** -c", "cdk destroy ** --force"]
    assert "AWS_ENDPOINT_URL" not in programs.variables[0]


def test_who_forces_a_deployment_forces_its_executions_too(
    runs: RunsWorld, programs: Programs
) -> None:
    Deployment(Environment("dev"), programs).deploy(ask=True, force=True)
    Deployment(Environment("dev"), programs).deploy(ask=True)
    forced, usual = programs.lines
    assert forced.endswith("-c force=true")
    assert "force" not in usual


def test_an_aws_that_is_named_is_not_started_or_stopped(
    runs: RunsWorld, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    here = Environment("local")
    Deployment(here, programs).deploy(ask=False)
    Deployment(here, programs).destroy()
    assert [line.split()[1] for line in programs.lines] == ["bootstrap", "deploy", "destroy"]
