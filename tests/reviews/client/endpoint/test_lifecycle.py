from typing import Any

import pytest

from reviews.client.endpoint.lifecycle import EndpointLifecycle
from reviews.client.errors import (
    EndpointBusy,
    EndpointMissing,
    EndpointStopped,
    EndpointUnavailable,
    InvalidArgument,
)
from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import NAME, NEW, OLD, TAGS, VARIANT, EndpointWorld


@pytest.fixture
def world() -> EndpointWorld:
    return EndpointWorld()


@pytest.fixture
def lifecycle(world: EndpointWorld) -> EndpointLifecycle:
    return EndpointLifecycle(world)  # type: ignore[arg-type]


def test_a_stop_writes_the_record_then_deregisters_scaling_then_deletes(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy(scaled=True)
    message = lifecycle.stop()
    assert message.endswith(f"again with {OLD}: reviews endpoint start --env dev")
    kept = "keep artefacts/endpoint/stopped.json"
    assert world.calls == [kept, "deregister", f"delete {NAME}"]
    assert world.endpoint == {}
    assert list(world.configs) == [OLD]


def test_an_endpoint_starts_as_it_was(world: EndpointWorld, lifecycle: EndpointLifecycle) -> None:
    world.deploy(scaled=True)
    target, policy = world.targets[VARIANT], world.policies[VARIANT]
    lifecycle.stop()
    assert lifecycle.start() == f"{NAME} is in service with {OLD}."
    assert world.endpoint["EndpointConfigName"] == OLD
    assert world.tags == TAGS
    assert (world.targets[VARIANT], world.policies[VARIANT]) == (target, policy)
    assert world.kept == {}


def test_an_endpoint_without_scaling_starts_without_it(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    lifecycle.start()
    assert world.targets == {}


def test_a_second_stop_is_no_error(world: EndpointWorld, lifecycle: EndpointLifecycle) -> None:
    world.deploy()
    lifecycle.stop()
    assert lifecycle.stop() == (
        f"{NAME} is stopped since 2026-11-24 18:00 UTC, by the command `reviews endpoint stop`."
    )


def test_an_endpoint_that_was_never_deployed_neither_stops_nor_starts(
    lifecycle: EndpointLifecycle,
) -> None:
    for action in (lifecycle.stop, lifecycle.start):
        with pytest.raises(
            EndpointMissing, match=r"not exist yet. A run creates it: reviews run FILE"
        ):
            action()


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_an_endpoint_that_is_changing_is_neither_stopped_nor_started(
    world: EndpointWorld, lifecycle: EndpointLifecycle, status: str
) -> None:
    world.deploy(status=status)
    for action in (lifecycle.stop, lifecycle.start):
        with pytest.raises(EndpointBusy, match=f"{NAME} is {status}: wait until that"):
            action()
    assert world.calls == []


def test_an_endpoint_that_never_served_is_not_stopped(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy(status="Failed")
    with pytest.raises(EndpointUnavailable, match=r"is Failed \(.*\): it does not serve"):
        lifecycle.stop()
    assert world.calls == []


def test_a_stop_that_was_interrupted_continues_with_the_recorded_scaling(
    world: EndpointWorld, lifecycle: EndpointLifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy(scaled=True)
    target = world.targets[VARIANT]

    def refuse(**_: Any) -> None:
        raise Refused("ValidationException", "Cannot update in-progress endpoint")

    with monkeypatch.context() as interruption:
        interruption.setattr(world, "delete_endpoint", refuse)
        with pytest.raises(Exception, match="in-progress"):
            lifecycle.stop()
    lifecycle.stop()
    lifecycle.start()
    assert world.targets[VARIANT] == target


def test_without_waiting_the_next_start_registers_the_scaling(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy(scaled=True)
    lifecycle.stop()
    world.after_creation = "Creating"
    message = lifecycle.start(wait=False)
    assert message.startswith(f"{NAME} is being created with {OLD}. When it is in service, this")
    assert world.targets == {}
    world.endpoint["EndpointStatus"] = "InService"
    assert lifecycle.start(wait=False) == f"{NAME} is in service with {OLD}."
    assert list(world.targets) == [VARIANT]
    assert world.calls.count(f"create {NAME}") == 1


def test_a_start_that_fails_says_why_and_can_be_tried_again(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.after_creation = "Failed"
    with pytest.raises(EndpointUnavailable, match=rf"{NAME} is Failed \(no capacity\)\."):
        lifecycle.start()
    world.after_creation = "InService"
    assert lifecycle.start() == f"{NAME} is in service with {OLD}."


def test_starting_an_endpoint_in_service_is_no_error(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    assert lifecycle.start() == f"{NAME} is in service already, with {OLD}."
    assert world.calls == []


def test_a_deployment_since_the_stop_makes_the_record_obsolete(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.deploy(NEW)
    assert lifecycle.start() == f"{NAME} is in service with {NEW}, deployed since it was stopped."
    assert world.kept == {}
    assert world.calls == []


def test_a_start_after_a_deployment_without_endpoint_requires_a_configuration(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.deploy(NEW)
    world.endpoint = {}
    with pytest.raises(InvalidArgument, match=f"--config {OLD}, or --config {NEW}"):
        lifecycle.start()
    assert lifecycle.start(config=NEW) == f"{NAME} is in service with {NEW}."


def test_a_start_continues_with_the_configuration_that_was_given(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy(scaled=True)
    lifecycle.stop()
    world.configs[NEW] = world.configs[OLD]
    world.after_creation = "Creating"
    lifecycle.start(config=NEW, wait=False)
    world.endpoint["EndpointStatus"] = "InService"
    assert lifecycle.start() == f"{NAME} is in service with {NEW}."
    assert list(world.targets) == [VARIANT]


def test_a_failed_deployment_since_the_stop_is_replaced_by_the_given_configuration(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.deploy(NEW, status="Failed")
    with pytest.raises(InvalidArgument, match=f"{NEW} was created since, but is not in service"):
        lifecycle.start()
    assert lifecycle.start(config=OLD) == f"{NAME} is in service with {OLD}."


def test_a_configuration_without_a_record_can_be_started(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    assert lifecycle.start(config=OLD) == f"{NAME} is in service with {OLD}."
    assert world.tags == TAGS


def test_another_configuration_is_not_started_beside_the_one_that_serves(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    world.configs[NEW] = world.configs[OLD]
    with pytest.raises(InvalidArgument, match=f"--config {NEW}: {NAME} serves {OLD}"):
        lifecycle.start(config=NEW)


def test_a_missing_configuration_is_named_in_the_error(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.configs.clear()
    with pytest.raises(EndpointMissing, match=f"configuration {OLD} does not exist. Deploy anew"):
        lifecycle.start()


def test_waking_starts_an_endpoint_that_is_stopped_or_whose_start_failed(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    world.deploy()
    lifecycle.stop()
    world.after_creation = "Failed"
    with pytest.raises(EndpointUnavailable):
        lifecycle.wake()
    world.after_creation = "InService"
    lifecycle.wake()
    assert world.endpoint["EndpointStatus"] == "InService"
    assert world.kept == {}


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating"])
def test_waking_leaves_an_endpoint_alone_that_answers(
    world: EndpointWorld, lifecycle: EndpointLifecycle, status: str
) -> None:
    world.deploy(status=status)
    lifecycle.wake()
    assert world.calls == []


def test_what_is_missing_was_stopped_or_never_deployed(
    world: EndpointWorld, lifecycle: EndpointLifecycle
) -> None:
    assert type(lifecycle.missing()) is EndpointMissing
    world.deploy()
    lifecycle.stop()
    assert type(lifecycle.missing()) is EndpointStopped
