"""An endpoint is stopped if nobody has asked it for some hours, and in no other case."""

from datetime import timedelta
from typing import Any

import botocore.session
import pytest

from tests.fake_aws import Refused
from tests.lambdas.idle_world import EXECUTION, IdleWorld
from tests.reviews.worlds.endpoint_world import NAME, NEW, NOW, OLD, TAGS, VARIANT

HOURS = 4
STATUSES = (
    botocore.session.get_session().get_service_model("sagemaker").shape_for("EndpointStatus").enum
)
OWNED = [*TAGS, {"Key": "reviews:execution", "Value": EXECUTION}]


@pytest.fixture
def world() -> IdleWorld:
    return IdleWorld()


@pytest.fixture
def handler(load: Any, monkeypatch: pytest.MonkeyPatch, world: IdleWorld) -> Any:
    found = load("stop_idle_endpoint")
    world.clients(found, monkeypatch)
    return found


def look(handler: Any, *, scales: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = handler.look(HOURS, scales=scales, now=NOW)
    return found


def test_an_endpoint_that_nobody_has_asked_is_deleted_and_recorded(
    handler: Any, world: IdleWorld
) -> None:
    world.deploy()
    assert look(handler) == {"endpoint": NAME, "stopped": True, "reason": ""}
    assert world.calls == ["keep artefacts/endpoint/stopped.json", f"delete {NAME}"]
    assert list(world.configs) == [OLD]  # the configuration remains
    assert world.kept == {
        "config": OLD,
        "tags": OWNED,
        "scaling": [],
        "reason": "after 4 hours without requests",
    }


def test_its_scaling_is_recorded_before_it_is_removed(handler: Any, world: IdleWorld) -> None:
    world.deploy(scaled=True)
    assert look(handler, scales=True)["stopped"]
    kept = "keep artefacts/endpoint/stopped.json"
    assert world.calls == [kept, "deregister", f"delete {NAME}"]
    ((target, policies),) = (one.values() for one in world.kept["scaling"])
    assert (target["ResourceId"], target["MaxCapacity"]) == (VARIANT, 3)
    assert [policy["PolicyName"] for policy in policies] == [NAME]


def test_where_there_is_no_endpoint_there_is_nothing_to_do(handler: Any, world: IdleWorld) -> None:
    assert look(handler)["reason"] == "there is no endpoint"
    assert world.calls == []


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "InService"])
def test_an_endpoint_that_is_not_in_service_stays(
    handler: Any, world: IdleWorld, status: str
) -> None:
    world.deploy(status=status)  # during a canary, and while it is baked, it is Updating
    assert look(handler)["reason"] == f"it is {status}"
    assert world.calls == []


@pytest.mark.parametrize(("age", "stopped"), [(3.9, False), (4, True)])
def test_an_endpoint_that_was_created_or_changed_a_while_ago_stays(
    handler: Any, world: IdleWorld, age: float, *, stopped: bool
) -> None:
    world.deploy()
    world.changed = NOW - timedelta(hours=age)
    assert look(handler)["stopped"] is stopped


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_it_stays_until_the_execution_that_deployed_it_has_ended(
    handler: Any, world: IdleWorld, status: str
) -> None:
    world.deploy()
    world.executions = {EXECUTION: status}
    found = look(handler)
    assert found["stopped"] is (status != "RUNNING")
    assert found["reason"] == (f"{EXECUTION} still deploys to it" if status == "RUNNING" else "")


@pytest.mark.parametrize("kind", ["ProductionVariants", "ShadowProductionVariants"])
def test_a_request_to_any_variant_counts(handler: Any, world: IdleWorld, kind: str) -> None:
    world.deploy()
    world.variants = {"ProductionVariants": ["AllTraffic"]} | {kind: ["AllTraffic", "other"]}
    world.asked = {"other": [(NOW - timedelta(hours=3), 2)]}
    assert look(handler)["reason"] == "2 requests since 2026-11-24T14:00:00+00:00"
    assert world.calls == []


def test_requests_before_the_idle_time_do_not_count(handler: Any, world: IdleWorld) -> None:
    world.deploy()
    world.asked = {"AllTraffic": [(NOW - timedelta(hours=4, minutes=1), 500)]}
    assert look(handler)["stopped"]


@pytest.mark.parametrize("hours", [1, 24, 336])
def test_the_requests_of_each_allowed_idle_time_are_one_answer(
    handler: Any, world: IdleWorld, hours: int
) -> None:
    world.deploy()
    world.changed = NOW - timedelta(days=30)
    world.asked = {"AllTraffic": [(NOW - timedelta(minutes=59), 1)]}
    found = handler.look(hours, scales=False, now=NOW)
    assert found["reason"].startswith("1 requests since")


def test_of_an_endpoint_that_was_started_again_the_scaling_is_registered(
    handler: Any, world: IdleWorld
) -> None:
    world.deploy(scaled=True)
    target, policy = world.targets[VARIANT], world.policies[VARIANT]
    look(handler, scales=True)
    world.create_endpoint(NAME, OLD, OWNED)
    world.changed, world.stopped_at = NOW, NOW - timedelta(hours=9)
    assert not look(handler, scales=True)["stopped"]
    assert (world.targets[VARIANT], world.policies[VARIANT]) == (target, policy)
    assert world.kept == {}


@pytest.mark.parametrize("status", ["Creating", "Failed"])
def test_until_it_is_in_service_the_record_remains(
    handler: Any, world: IdleWorld, status: str
) -> None:
    world.deploy()
    look(handler)
    world.deploy(status=status)
    world.stopped_at = NOW - timedelta(hours=9)
    look(handler)
    assert world.kept["config"] == OLD


def test_the_record_of_a_stop_by_command_is_left_until_the_endpoint_is_deleted(
    handler: Any, world: IdleWorld
) -> None:
    world.deploy()
    look(handler)
    world.deploy()  # still there: the command deletes it a moment later
    world.changed = NOW - timedelta(hours=1)
    world.stopped_at = NOW - timedelta(minutes=1)
    look(handler)
    assert world.kept["config"] == OLD


def test_a_run_that_has_deployed_since_makes_the_record_obsolete(
    handler: Any, world: IdleWorld
) -> None:
    world.deploy(scaled=True)
    look(handler, scales=True)
    world.deploy(NEW)
    world.changed, world.stopped_at = NOW, NOW - timedelta(hours=1)
    look(handler, scales=True)
    assert world.kept == {}
    assert world.targets == {}  # the run registers its own


def test_a_stop_that_was_interrupted_continues_with_the_recorded_scaling(
    handler: Any, world: IdleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise Refused("ValidationException", "Cannot update in-progress endpoint")

    world.deploy(scaled=True)
    with monkeypatch.context() as interruption:
        interruption.setattr(world, "delete_endpoint", refuse)
        with pytest.raises(Exception, match="in-progress"):
            look(handler, scales=True)
    assert world.targets == {}
    assert look(handler, scales=True)["stopped"]
    assert len(world.kept["scaling"]) == 1
