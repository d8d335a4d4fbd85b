import socket

import pytest
from typer.testing import CliRunner

from cli.aws import Environment
from cli.errors import InvalidArgument
from cli.main import app
from console import server
from tests.console.aws_world import OUTPUTS


def test_it_listens_on_the_loopback_interface_only() -> None:
    with server.listen(0) as listener:
        assert listener.family == socket.AF_INET
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidArgument, match=f"--port {port}: Address already in use"):
            server.listen(port)


@pytest.mark.parametrize(("options", "opened"), [([], True), (["--no-open"], False)])
def test_the_address_is_printed_and_opened_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, options: list[str], opened: bool
) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    monkeypatch.setattr(server.webbrowser, "open", addresses.append)
    monkeypatch.setattr(server, "run", lambda *_: None)
    result = CliRunner().invoke(app, ["console", "--env", "dev", *options])
    assert result.exit_code == 0, result.output
    assert "The console of dev: http://127.0.0.1:" in result.output
    assert bool(addresses) is opened
