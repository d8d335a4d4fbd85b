import io
import json

import pytest
from typer.testing import CliRunner

from reviews.cli import main
from reviews.client.environment import Environment
from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import NAME, OLD, OUTPUTS, EndpointWorld


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> EndpointWorld:
    made = EndpointWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main.app, [*arguments, "--env", "dev"])
    return result.exit_code, result.output, result.stderr


def test_stop_and_start_print_their_result(world: EndpointWorld) -> None:
    world.deploy()
    code, output, _ = run("endpoint", "stop")
    assert (code, output.startswith(f"{NAME} is stopped.")) == (0, True)
    code, output, _ = run("endpoint", "start")
    assert (code, output) == (0, f"{NAME} is in service with {OLD}.\n")


def test_an_error_is_one_line_on_stderr_with_exit_code_1(world: EndpointWorld) -> None:
    code, _, error = run("endpoint", "stop")
    assert code == 1
    assert (
        error
        == f"The endpoint {NAME} does not exist yet. A run creates it: reviews run FILE --env dev\n"
    )


def test_predict_says_that_the_endpoint_is_stopped_or_was_never_deployed(
    world: EndpointWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise Refused("ValidationError", f"Endpoint {NAME} of account 1 not found.")

    monkeypatch.setattr(world, "invoke_endpoint", refuse, raising=False)
    code, _, error = run("predict", "good")
    assert (code, error) == (
        1,
        f"The endpoint {NAME} does not exist yet. A run creates it: reviews run FILE --env dev\n",
    )
    world.deploy()
    run("endpoint", "stop")
    code, _, error = run("predict", "good")
    since = "since 2026-11-24 18:00 UTC, by the command `reviews endpoint stop`"
    command = "reviews endpoint start --env dev"
    assert (code, error) == (1, f"{NAME} is stopped {since}. Start it: {command}\n")


def test_predict_starts_a_stopped_endpoint_if_it_is_told_to(
    world: EndpointWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(**_: object) -> dict[str, object]:
        assert world.endpoint["EndpointStatus"] == "InService"
        found = {"label": "positive", "sentiment": 1, "probability": 0.9}
        line = json.dumps(found | {"probabilities": {"positive": 0.9, "negative": 0.1}})
        return {"Body": io.BytesIO(line.encode()), "ContentType": "application/jsonlines"}

    monkeypatch.setattr(world, "invoke_endpoint", answer, raising=False)
    world.deploy()
    run("endpoint", "stop")
    code, output, _ = run("predict", "good", "--start")
    assert code == 0, output
    assert "positive" in output
    assert world.kept == {}


@pytest.mark.parametrize("wrong", [[" "], ["--file", "no.csv"]])
def test_nothing_is_started_for_what_cannot_be_predicted(
    world: EndpointWorld, wrong: list[str]
) -> None:
    world.deploy()
    run("endpoint", "stop")
    stopped = dict(world.kept)
    code, _, error = run("predict", *wrong, "--start")
    assert (code, world.kept) == (1, stopped), error


def test_a_program_gets_a_document(world: EndpointWorld) -> None:
    world.deploy()
    code, output, _ = run("endpoint", "stop", "--json")
    found = json.loads(output)
    assert (code, found["endpoint"]) == (0, NAME)
    assert found["message"].startswith(f"{NAME} is stopped.")
