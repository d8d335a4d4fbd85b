from typing import Any

import pytest

from reviews.client.endpoint.switch import EndpointSwitch
from reviews.client.errors import (
    EndpointBusy,
    EndpointMissing,
    EndpointUnavailable,
    InvalidArgument,
)
from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import NAME, NEW, OLD, TAGS, VARIANT, EndpointWorld


@pytest.fixture
def world() -> EndpointWorld:
    return EndpointWorld()


@pytest.fixture
def switch(world: EndpointWorld) -> EndpointSwitch:
    return EndpointSwitch(world)  # type: ignore[arg-type]


def test_what_is_stopped_is_first_remembered_then_scaled_no_more_then_deleted(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy(scaled=True)
    said = switch.stop()
    assert said.endswith(f"again with {OLD}: reviews endpoint start --env dev")
    kept = "keep artefacts/endpoint/stopped.json"
    assert world.calls == [kept, "deregister", f"delete {NAME}"]
    assert world.endpoint == {}
    assert list(world.configs) == [OLD]


def test_it_starts_as_it_was(world: EndpointWorld, switch: EndpointSwitch) -> None:
    world.deploy(scaled=True)
    target, policy = world.targets[VARIANT], world.policies[VARIANT]
    switch.stop()
    assert switch.start() == f"{NAME} is in service with {OLD}."
    assert world.endpoint["EndpointConfigName"] == OLD
    assert world.tags == TAGS
    assert (world.targets[VARIANT], world.policies[VARIANT]) == (target, policy)
    assert world.kept == {}


def test_what_never_scaled_starts_without_scaling(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    switch.start()
    assert world.targets == {}


def test_stopped_twice_is_said_and_no_error(world: EndpointWorld, switch: EndpointSwitch) -> None:
    world.deploy()
    switch.stop()
    assert switch.stop() == f"{NAME} is stopped already, since 2026-11-24 18:00 UTC."


def test_what_was_never_deployed_neither_stops_nor_starts(switch: EndpointSwitch) -> None:
    for turn in (switch.stop, switch.start):
        with pytest.raises(EndpointMissing, match=r"never deployed. Deploy it: reviews run CSV"):
            turn()


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_what_changes_is_left_alone(
    world: EndpointWorld, switch: EndpointSwitch, status: str
) -> None:
    world.deploy(status=status)
    for turn in (switch.stop, switch.start):
        with pytest.raises(EndpointBusy, match=f"{NAME} is {status}: wait until it has come to re"):
            turn()
    assert world.calls == []


def test_one_that_never_served_is_not_stopped(world: EndpointWorld, switch: EndpointSwitch) -> None:
    world.deploy(status="Failed")
    with pytest.raises(EndpointUnavailable, match=r"is Failed \(.*\): it does not serve"):
        switch.stop()
    assert world.calls == []


def test_a_stop_that_was_interrupted_goes_on_and_knows_the_scaling(
    world: EndpointWorld, switch: EndpointSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy(scaled=True)
    target = world.targets[VARIANT]

    def refuse(**_: Any) -> None:
        raise Refused("ValidationException", "Cannot update in-progress endpoint")

    with monkeypatch.context() as interruption:
        interruption.setattr(world, "delete_endpoint", refuse)
        with pytest.raises(Exception, match="in-progress"):
            switch.stop()
    switch.stop()
    switch.start()
    assert world.targets[VARIANT] == target


def test_without_waiting_the_scaling_comes_with_the_next_start(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy(scaled=True)
    switch.stop()
    world.after_creation = "Creating"
    said = switch.start(wait=False)
    assert said.startswith(f"{NAME} is being created with {OLD}. When it is in service, this")
    assert world.targets == {}
    world.endpoint["EndpointStatus"] = "InService"
    assert switch.start(wait=False) == f"{NAME} is in service with {OLD}."
    assert list(world.targets) == [VARIANT]
    assert world.calls.count(f"create {NAME}") == 1


def test_a_start_that_fails_says_why_and_can_be_tried_again(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    world.after_creation = "Failed"
    with pytest.raises(EndpointUnavailable, match=rf"{NAME} is Failed \(no capacity\)\."):
        switch.start()
    world.after_creation = "InService"
    assert switch.start() == f"{NAME} is in service with {OLD}."


def test_what_runs_already_is_said_and_no_error(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    assert switch.start() == f"{NAME} is in service already, with {OLD}."
    assert world.calls == []


def test_a_deployment_since_the_stop_makes_the_memory_worthless(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    world.deploy(NEW)
    assert switch.start() == f"{NAME} is in service with {NEW}, deployed since it was stopped."
    assert world.kept == {}
    assert world.calls == []


def test_a_deployment_since_the_stop_whose_endpoint_is_gone_leaves_the_choice_to_the_user(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    world.deploy(NEW)
    world.endpoint = {}
    with pytest.raises(InvalidArgument, match=f"--config {OLD}, or --config {NEW}"):
        switch.start()
    assert switch.start(config=NEW) == f"{NAME} is in service with {NEW}."


def test_a_start_goes_on_with_the_configuration_that_was_said(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy(scaled=True)
    switch.stop()
    world.configs[NEW] = world.configs[OLD]
    world.after_creation = "Creating"
    switch.start(config=NEW, wait=False)
    world.endpoint["EndpointStatus"] = "InService"
    assert switch.start() == f"{NAME} is in service with {NEW}."
    assert list(world.targets) == [VARIANT]


def test_a_failed_deployment_since_the_stop_is_replaced_by_what_the_user_says(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    world.deploy(NEW, status="Failed")
    with pytest.raises(InvalidArgument, match=f"{NEW} was made since, but does not serve"):
        switch.start()
    assert switch.start(config=OLD) == f"{NAME} is in service with {OLD}."


def test_a_configuration_can_be_started_that_nothing_is_remembered_of(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    assert switch.start(config=OLD) == f"{NAME} is in service with {OLD}."
    assert world.tags == TAGS


def test_another_configuration_is_not_started_beside_the_one_that_serves(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    world.configs[NEW] = world.configs[OLD]
    with pytest.raises(InvalidArgument, match=f"--config {NEW}: {NAME} serves {OLD}"):
        switch.start(config=NEW)


def test_a_configuration_that_is_gone_is_named(
    world: EndpointWorld, switch: EndpointSwitch
) -> None:
    world.deploy()
    switch.stop()
    world.configs.clear()
    with pytest.raises(EndpointMissing, match=f"configuration {OLD} is not there. Deploy anew"):
        switch.start()
