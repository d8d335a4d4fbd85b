"""`reviews promote` and `reviews rollback`."""

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Result, Reviews
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.models_world import ModelsWorld


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> ModelsWorld:
    made = ModelsWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    for number in (1, 2):
        made.register(number)
    made.serve(2)
    return made


def promote(*words: str) -> Result:
    result = CliRunner().invoke(app, ["promote", *words])
    return Result(result.exit_code, result.stdout, result.stderr)


def test_promote_says_what_it_promotes_and_how_to_follow_it(world: ModelsWorld) -> None:
    result = promote("2", "--from", "dev", "--to", "staging", "--name", "up")
    assert result.code == 0, result.err
    assert result.out == "Started up. Follow it: reviews status up --wait --env staging\n"
    assert result.err == "Model: version 2 of dev, of run-2, accuracy 0.81, macro_f1 0.8\n"


def test_promote_with_json_says_what_it_started(world: ModelsWorld) -> None:
    result = promote("2", "--from", "dev", "--to", "staging", "--name", "up", "--json")
    assert result.json == {
        "run": "up",
        "arn": world.executions["up"]["executionArn"],
        "from_environment": "dev",
        "from_version": 2,
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["2", "--from", "dev", "--to", "dev"], "--from dev --to dev: dev takes models of none"),
        (["2", "--from", "x", "--to", "staging"], "--from x: allowed is local, dev, staging, prod"),
        (["2", "--from", "dev", "--to", "nope"], "--to nope: allowed is local, dev, staging, prod"),
        (["2", "--from", "dev", "--to", "staging", "--name", "a b"], "' ' is not allowed"),
    ],
)
def test_promote_names_what_is_wrong(world: ModelsWorld, words: list[str], message: str) -> None:
    result = promote(*words)
    assert (result.code, message in result.err) == (1, True), result.err
    assert world.started == []


def test_rollback_asks_for_the_version_before_the_one_in_service(
    world: ModelsWorld, reviews: Reviews
) -> None:
    refused = reviews("rollback", answer="n\n")
    assert refused.code == 1
    assert (
        "dev serves version 2, of run-2, accuracy 0.81, macro_f1 0.8. Deploy version 1 again, of "
        "run-1" in refused.err
    )
    assert world.started == []
    assert reviews("rollback", "--name", "back", answer="y\n").code == 0
    assert world.started == ['start back {"start_at": "rollback", "version": 1}']


def test_rollback_asks_nobody_with_a_number_or_yes(world: ModelsWorld, reviews: Reviews) -> None:
    assert reviews("rollback", "1", "--name", "one").out.startswith("Started one. Follow it: ")
    assert reviews("rollback", "--yes", "--name", "two").code == 0
    assert len(world.started) == 2


def test_rollback_with_json_asks_no_questions(world: ModelsWorld, reviews: Reviews) -> None:
    result = reviews("rollback", "--json")
    assert result.json["error"]["message"] == "--json asks no questions: add --yes"
    document = reviews("rollback", "--json", "--yes", "--name", "back").json
    assert (document["run"], document["from_environment"], document["from_version"]) == (
        "back",
        "dev",
        1,
    )


def test_run_points_to_the_commands_of_its_own(world: ModelsWorld, reviews: Reviews) -> None:
    for start, command in (("promotion", "promote"), ("rollback", "rollback")):
        result = reviews("run", "--set", f"start_at={start}")
        assert result.err == f"--set start_at={start}: use reviews {command}\n"
