import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from reviews.cli.main import app
from reviews.client.environment import Environment
from tests.reviews.worlds.runs_world import RunsWorld


def test_an_endpoint_that_is_named_is_where_aws_is(
    runs: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.add("mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")  # so that it is as before afterwards
    result = CliRunner().invoke(app, ["--endpoint", "http://127.0.0.1:9", "status"])
    assert result.exit_code == 0
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert not Environment("local").is_embedded


@pytest.mark.parametrize(
    "url", ["nonsense", "127.0.0.1:80", "ftp://x", "http://", "http://[::1", "http://a:99999"]
)
def test_an_endpoint_that_is_no_url_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    result = CliRunner().invoke(app, ["status", "--json"])
    assert result.exit_code == 2
    message = json.loads(result.stdout)["error"]["message"]
    assert message == f"Invalid value: {url} is not a URL, such as http://127.0.0.1:4566"


def test_an_environment_without_settings_is_answered_with_those_that_have_some() -> None:
    result = CliRunner().invoke(app, ["status", "--env", "nowhere"])
    assert result.exit_code == 1
    assert result.stderr == "--env nowhere: allowed is local, dev, staging, prod\n"


def commands(group: Any) -> Iterator[Any]:
    for command in group.commands.values():
        yield from commands(command) if hasattr(command, "commands") else [command]


def test_every_command_takes_an_environment_and_answers_programs() -> None:
    root = typer.main.get_command(app)
    for command in commands(root):
        options = {option for parameter in command.params for option in parameter.opts}
        environments = {"--from", "--to"} if command.name == "promote" else {"--env"}
        assert {*environments, "--json"} <= options, command.name


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("reviews st", ["status", "stop"]),
        ("reviews status --env s", ["staging"]),
        ("reviews logs tr", ["train"]),
    ],
)
def test_a_shell_completes_commands_environments_and_steps(line: str, offered: list[str]) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("reviews"))],
        env={**os.environ, "_REVIEWS_COMPLETE": "complete_bash", **words},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == offered
