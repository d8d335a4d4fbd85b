"""A stopped endpoint is created again as it was, however often that is asked for."""

from typing import Any

import pytest

from tests.fake_aws import Refused
from tests.lambdas.idle_world import EXECUTION, IdleWorld
from tests.reviews.worlds.endpoint_world import NAME, NEW, NOW, OLD, TAGS


@pytest.fixture
def world() -> IdleWorld:
    return IdleWorld()


@pytest.fixture
def stopped(load: Any, monkeypatch: pytest.MonkeyPatch, world: IdleWorld) -> IdleWorld:
    world.deploy()
    stop = load("stop_idle_endpoint")
    world.clients(stop, monkeypatch)
    assert stop.look(4, scales=False, now=NOW)["stopped"]
    world.calls.clear()
    world.after_creation = "Creating"
    return world


@pytest.fixture
def handler(load: Any, monkeypatch: pytest.MonkeyPatch, world: IdleWorld) -> Any:
    found = load("start_endpoint")
    world.clients(found, monkeypatch)
    return found


def status(handler: Any) -> str:
    answer = handler.handler({}, None)
    assert answer["endpoint"] == NAME
    return str(answer["status"])


def test_it_is_created_with_the_configuration_and_the_tags_that_it_had(
    handler: Any, stopped: IdleWorld
) -> None:
    assert status(handler) == "Creating"
    assert stopped.endpoint["EndpointConfigName"] == OLD
    assert stopped.tags == [*TAGS, {"Key": "reviews:execution", "Value": EXECUTION}]


def test_a_second_request_creates_nothing_and_tells_the_status(
    handler: Any, stopped: IdleWorld
) -> None:
    status(handler)
    stopped.endpoint["EndpointStatus"] = "InService"
    assert status(handler) == "InService"
    assert stopped.calls == [f"create {NAME}"]


@pytest.mark.parametrize("now", ["InService", "Updating", "Deleting"])
def test_an_endpoint_that_is_there_is_left_as_it_is(
    handler: Any, world: IdleWorld, now: str
) -> None:
    world.deploy(status=now)
    assert status(handler) == now
    assert world.calls == []


def test_a_start_that_has_failed_is_repeated(handler: Any, stopped: IdleWorld) -> None:
    stopped.after_creation = "Failed"
    status(handler)
    assert status(handler) == "Deleting"
    stopped.after_creation = "Creating"
    assert status(handler) == "Creating"
    assert stopped.calls == [f"create {NAME}", f"delete {NAME}", f"create {NAME}"]


def test_what_a_run_has_failed_to_deploy_is_left_to_the_run(
    handler: Any, stopped: IdleWorld
) -> None:
    stopped.deploy(NEW, status="Failed")
    assert status(handler) == "Failed"
    assert stopped.calls == []


def test_a_run_that_was_faster_wins(
    handler: Any, stopped: IdleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        stopped.deploy(NEW, status="Creating")
        raise Refused("ValidationException", f"Cannot create already existing endpoint {NAME}")

    monkeypatch.setattr(stopped, "create_endpoint", refuse)
    assert status(handler) == "Creating"
    assert stopped.endpoint["EndpointConfigName"] == NEW


def test_what_was_never_stopped_cannot_be_started(handler: Any, world: IdleWorld) -> None:
    with pytest.raises(handler.NothingToStart, match=f"{NAME} was never deployed, or deleted by"):
        handler.handler({}, None)


def test_a_configuration_that_is_gone_is_an_error_of_sagemaker(
    handler: Any, stopped: IdleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = f'Could not find endpoint configuration "{OLD}".'

    def refuse(**_: Any) -> None:
        raise Refused("ValidationException", message)

    monkeypatch.setattr(stopped, "create_endpoint", refuse)
    with pytest.raises(Exception, match="Could not find endpoint configuration"):
        handler.handler({}, None)
