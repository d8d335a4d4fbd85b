import json
import socket

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.console import server
from tests.reviews.worlds.console_world import OUTPUTS


def test_it_listens_on_the_loopback_interface_only() -> None:
    with server.listen(0) as listener:
        assert listener.family == socket.AF_INET
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidArgument, match=f"^--port {port}: Address already in use$"):
            server.listen(port)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses at which a browser was opened; nothing is served."""
    addresses: list[str] = []
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    monkeypatch.setattr(server.webbrowser, "open", addresses.append)
    monkeypatch.setattr(server, "run", lambda *_: None)
    return addresses


@pytest.mark.parametrize(("options", "opens"), [([], True), (["--no-open"], False)])
def test_the_address_is_printed_and_opened_unless_no_open_is_given(
    opened: list[str], options: list[str], opens: bool
) -> None:
    result = CliRunner().invoke(app, ["console", "--env", "dev", *options])
    assert result.exit_code == 0, result.output
    assert "The console of dev: http://127.0.0.1:" in result.output
    assert bool(opened) is opens


def test_a_program_gets_the_address_as_json_and_no_browser(opened: list[str]) -> None:
    result = CliRunner().invoke(app, ["console", "--env", "dev", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["environment"] == "dev"
    assert document["url"].startswith("http://127.0.0.1:")
    assert opened == []


def test_a_port_in_use_is_an_error_in_json_too(opened: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["console", "--env", "dev", "--json", "--port", port]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "error": {"kind": "InvalidArgument", "message": f"--port {port}: Address already in use"}
    }
