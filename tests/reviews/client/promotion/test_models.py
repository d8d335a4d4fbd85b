"""The versions of an environment, promotion and rollback, by the client."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.execution_input import check_input
from contract.names import run_id
from infra.settings import settings_for
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.promotion import names, sources
from reviews.client.promotion.versions import Origin
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.models_world import ModelsWorld

STAGING = {"from_environment": "staging", "from_run": "run-7", "from_version": "7"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> ModelsWorld:
    made = ModelsWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


@pytest.fixture
def dev(world: ModelsWorld) -> Environment:
    return Environment("dev")


def test_a_rollback_of_a_stopped_endpoint_goes_back_from_what_it_served(
    world: ModelsWorld, dev: Environment
) -> None:
    for number in (1, 2, 3):
        world.register(number)
    world.serve(2)
    dev.endpoint.stop()
    served, before = dev.models.choose_rollback()
    assert (served.number, before.number) == (2, 1)
    assert dev.models.serving() is None


def test_versions_have_their_metrics_and_their_origin(world: ModelsWorld, dev: Environment) -> None:
    world.register(1)
    world.register(2, "Rejected", **STAGING, sha256="0a")
    world.register(3, artefact=1, rollback_to="1")
    third, second, first = dev.models.versions()
    assert (first.number, first.status, first.run, first.is_approved) == (
        1,
        "Approved",
        "run-1",
        True,
    )
    assert first.metrics == {"accuracy": 0.81, "macro_f1": 0.8}
    assert (first.origin, first.rollback_to) == (None, None)
    assert second.origin == Origin(environment="staging", run="run-7", version=7, sha256="0a")
    assert third.rollback_to == 1
    assert third.artefact == first.artefact


def test_the_version_in_service_is_that_of_the_run_whose_model_is(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    world.register(2)
    assert dev.models.serving() is None  # there is no endpoint
    world.serve(1)
    serving = dev.models.serving()
    assert serving is not None
    assert serving.number == 1
    world.serve(9)  # of a run that has registered nothing
    assert dev.models.serving() is None


def test_a_group_that_is_gone_has_no_versions(world: ModelsWorld, dev: Environment) -> None:
    world.groups = ()
    assert list(dev.models.versions()) == []


def before(world: ModelsWorld, dev: Environment, number: int) -> int:
    world.serve(number)
    serving, found = dev.models.choose_rollback()
    assert serving.number == number
    return found.number


def test_a_rollback_goes_to_the_approved_version_before(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    world.register(2)
    world.register(3, "Rejected")
    world.register(4)
    assert before(world, dev, 4) == 2


def test_two_rollbacks_go_back_two_steps(world: ModelsWorld, dev: Environment) -> None:
    for number in (1, 2, 3):
        world.register(number)
    assert before(world, dev, 3) == 2
    world.register(4, artefact=2, rollback_to="2")  # what that rollback registers
    assert before(world, dev, 4) == 1
    world.register(5, artefact=1, rollback_to="1")
    world.serve(5)
    with pytest.raises(InvalidArgument, match="no approved version before version 1, which it"):
        dev.models.choose_rollback()


def test_a_model_that_was_promoted_twice_is_no_earlier_one(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    world.register(2, **STAGING, sha256="0a")
    world.register(3, **STAGING, sha256="0a")
    assert before(world, dev, 3) == 1


def test_without_a_version_in_service_there_is_none_before_it(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    with pytest.raises(InvalidArgument, match=r"reviews-dev serves no version .* name a version"):
        dev.models.choose_rollback()


def test_a_rollback_starts_an_execution_that_prepare_takes(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    world.register(2)
    world.serve(2)
    started = dev.models.roll_back(1, name="back")
    document = {"start_at": "rollback", "version": 1}
    assert world.started == [f"start back {json.dumps(document)}"]
    assert check_input(document) == document
    assert (started.name, started.environment) == ("back", "dev")
    assert started.version is not None
    assert started.version.run == "run-1"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (9, "reviews-dev has no version 9; the newest is 3"),
        (2, "version 2 is Rejected: only an approved version is deployed"),
        (3, "reviews-dev serves version 3 already$"),
        (1, "reviews-dev serves version 1 already, as version 3"),
    ],
)
def test_what_cannot_be_rolled_back_to_starts_nothing(
    world: ModelsWorld, dev: Environment, number: int, message: str
) -> None:
    world.register(1)
    world.register(2, "Rejected")
    world.register(3, artefact=1, rollback_to="1")
    world.serve(3)
    with pytest.raises(InvalidArgument, match=message):
        dev.models.roll_back(number)
    assert world.started == []


def test_a_stopped_endpoint_comes_back_with_any_version(
    world: ModelsWorld, dev: Environment
) -> None:
    world.register(1)
    assert dev.models.roll_back(1).version is not None


def test_default_names_are_run_ids() -> None:
    moment = datetime(2026, 11, 30, 18, 45, 2, tzinfo=UTC)
    assert names.promotion(moment) == "promote-20261130-184502"
    assert names.rollback(moment) == "rollback-20261130-184502"
    for name in (names.promotion(moment), names.rollback(moment)):
        assert run_id(name) == name


# -- promotion -------------------------------------------------------------------------------------


def promote(what: str) -> str:
    """The name of the execution in `staging` that promotes a model of `dev`."""
    return Environment("staging").models.promote(Environment("dev"), what, name="up").name


def test_a_version_is_promoted_by_its_number(world: ModelsWorld) -> None:
    world.register(7)
    assert promote("7") == "up"
    document = {"start_at": "promotion", "from_environment": "dev", "from_version": 7}
    assert world.started == [f"start up {json.dumps(document)}"]
    assert check_input(document) == document


def test_a_run_is_promoted_as_its_version(world: ModelsWorld) -> None:
    world.register(1)
    world.add("mine")
    promote("mine")
    assert '"from_version": 1' in world.started[0]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("8", "reviews-dev has no version 8; the newest is 2"),
        ("2", "version 2 is PendingManualApproval: only an approved version is promoted"),
        ("min", "There is no run named min. Did you mean mine"),
        ("broken", "broken is FAILED: a run is promoted when it has succeeded"),
    ],
)
def test_what_cannot_be_promoted_starts_nothing(
    world: ModelsWorld, what: str, message: str
) -> None:
    world.register(1)
    world.register(2, "PendingManualApproval")
    world.add("mine")
    world.add("broken", status="FAILED")
    with pytest.raises(InvalidArgument, match=message):
        promote(what)
    assert world.started == []


def test_only_environments_of_the_settings_promote(world: ModelsWorld) -> None:
    with pytest.raises(InvalidArgument, match=r"--from staging --to dev: dev takes models of none"):
        Environment("dev").models.promote(Environment("staging"), "1")
    with pytest.raises(InvalidArgument, match="--to staging: staging takes models of dev; PROMO"):
        Environment("staging").models.promote(Environment("prod"), "1")


def test_what_is_in_another_account_is_left_to_the_execution(
    world: ModelsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev, staging = settings_for("dev")[0], settings_for("staging")[0]
    assert sources.is_readable(staging, dev)
    other = replace(dev, account="111111111111")
    assert not sources.is_readable(replace(staging, account="222222222222"), other)
    monkeypatch.setattr(sources, "is_readable", lambda *_: False)
    assert Environment("staging").models.promote(Environment("dev"), "7").version is None
    assert '"from_version": 7' in world.started[0]
    promote("mine")
    assert '"from_run": "mine"' in world.started[1]
