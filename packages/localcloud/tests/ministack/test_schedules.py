"""EventBridge Scheduler: what its schedules start, and by which role, with IAM enforced."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from localcloud.ministack import schedules
from localcloud.ministack.modules import Ministack
from localcloud.ministack.time_zones import next_time
from worlds.enforced_iam import PLACE, world
from worlds.iam_world import POLICY, IamWorld, allow, refusal
from worlds.waiting import until

__all__ = ["world"]

GROUP = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/default"
UNTRUSTED = (
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
)


def trusting(world: IamWorld, service: str = "scheduler.amazonaws.com", **keys: str) -> str:
    """The name of a new role that trusts a service on these conditions."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if keys:
        conditions = {f"aws:{key}": value for key, value in keys.items()}
        statement["Condition"] = {"StringEquals": conditions}
    name, trust = world.name("trusting"), {"Version": "2012-10-17", "Statement": [statement]}
    world.owner.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return name


def schedule(world: IamWorld, role: str, machine: str) -> str:
    """The name of a schedule that is due."""
    name = world.name("schedule")
    world.owner.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": machine,
            "RoleArn": f"arn:aws:iam::000000000000:role/{role}",
            "Input": json.dumps({"schedule": name}),
        },
    )
    return name


def machine(world: IamWorld) -> str:
    definition = {"StartAt": "Do", "States": {"Do": {"Type": "Pass", "End": True}}}
    made = world.owner.client("stepfunctions").create_state_machine(
        name=world.name("machine"), definition=json.dumps(definition), roleArn=world.role()
    )
    return str(made["stateMachineArn"])


def started(world: IamWorld, machine: str) -> list[Any]:
    """The inputs of the executions."""
    states = world.owner.client("stepfunctions")
    found = states.list_executions(stateMachineArn=machine)["executions"]
    arns = [execution["executionArn"] for execution in found]
    return [json.loads(states.describe_execution(executionArn=arn)["input"]) for arn in arns]


def test_a_schedule_starts_only_what_its_role_may(world: IamWorld) -> None:
    refused, allowed = machine(world), machine(world)
    mine = trusting(world, SourceAccount="000000000000", SourceArn=GROUP)
    world.permit(mine, allow("states:StartExecution", on=allowed))
    schedule(world, mine, refused)  # is swept first, being older
    name = schedule(world, mine, allowed)
    assert until(lambda: started(world, allowed), seconds=60) == [{"schedule": name}]
    assert started(world, refused) == []
    (denied,) = [one for one in world.cloud.iam_decisions() if one.role == mine and not one.allowed]
    assert (denied.action, denied.resource) == ("states:StartExecution", refused)
    (used,) = [one for one in world.cloud.iam_decisions() if one.role == mine and one.allowed]
    assert used.statements == (f"{POLICY}#0",)


@pytest.mark.parametrize(
    ("service", "keys"),
    [
        ("events.amazonaws.com", {}),
        ("scheduler.amazonaws.com", {"SourceArn": f"{GROUP}-of-others"}),
        ("scheduler.amazonaws.com", {"SourceArn": f"arn:aws:scheduler:{PLACE}:schedule/default/x"}),
        ("scheduler.amazonaws.com", {"SourceAccount": "111111111111"}),
    ],
)
def test_a_role_that_does_not_trust_the_scheduler_is_refused(
    world: IamWorld, service: str, keys: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as caught:
        schedule(world, trusting(world, service, **keys), "arn:aws:states:::stateMachine:none")
    assert refusal(caught.value) == ("ValidationException", UNTRUSTED)


def test_a_role_that_does_not_exist_is_refused(world: IamWorld) -> None:
    with pytest.raises(ClientError) as caught:
        schedule(world, "nobody", "arn:aws:states:::stateMachine:none")
    assert refusal(caught.value) == ("ValidationException", UNTRUSTED)


def test_a_template_whose_role_does_not_trust_the_scheduler_fails(world: IamWorld) -> None:
    stacks, name = world.owner.client("cloudformation"), world.name("stack")
    properties = {
        "ScheduleExpression": "rate(7 days)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:states:::stateMachine:none",
            "RoleArn": f"arn:aws:iam::000000000000:role/{trusting(world, 'events.amazonaws.com')}",
        },
    }
    resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
    stacks.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"Weekly": resource}})
    )

    def events() -> list[str]:
        found = stacks.describe_stack_events(StackName=name)["StackEvents"]
        return [one.get("ResourceStatusReason", "") for one in found]

    assert until(lambda: any(UNTRUSTED in reason for reason in events()), seconds=60), events()
    assert world.owner.client("scheduler").list_schedules(NamePrefix=name)["Schedules"] == []


@pytest.mark.parametrize(("existing", "kept"), [({}, False), ({"default/weekly": {}}, True)])
def test_a_schedule_that_is_made_again_counts_from_then_on(
    existing: dict[str, Any], kept: bool
) -> None:
    place = ("000000000000", "us-east-1", "default/weekly")
    scheduler = SimpleNamespace(_schedules=existing, _schedule_last_fired={place: 1.0})
    fake = SimpleNamespace(scheduler=scheduler, account=place[0], region=place[1])
    create = schedules.begin_anew(cast(Ministack, fake), lambda _name, _body: (200, {}, b""))
    assert create("weekly", {})[0] == 200
    assert (place in scheduler._schedule_last_fired) is kept


# -- time zones -----------------------------------------------------------------------------------

BERLIN = {
    "ScheduleExpression": "cron(0 7 ? * MON-FRI *)",
    "ScheduleExpressionTimezone": "Europe/Berlin",
}


def test_a_schedule_fires_by_the_clock_of_its_time_zone(world: IamWorld) -> None:
    asked, role = machine(world), trusting(world)
    world.permit(role, allow("states:StartExecution", on=asked))
    for zone in ("Asia/Tokyo", "America/New_York"):
        moment = datetime.now(ZoneInfo(zone)) + timedelta(seconds=2)
        world.owner.client("scheduler").create_schedule(
            Name=world.name("schedule"),
            ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone=zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": asked,
                "RoleArn": f"arn:aws:iam::000000000000:role/{role}",
                "Input": json.dumps(zone),
            },
        )
    found = until(lambda: started(world, asked), lambda now: len(now) == 2, seconds=60)
    assert sorted(found) == ["America/New_York", "Asia/Tokyo"]


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-07-03 12:00", "2026-07-06 05:00"),  # a weekend, and summer time
        ("2026-12-01 05:59", "2026-12-01 06:00"),
        ("2026-12-01 06:00", "2026-12-02 06:00"),
    ],
)
def test_seven_in_the_morning_is_another_time_in_summer(last: str, due: str) -> None:
    from ministack.services import eventbridge

    found = next_time(eventbridge, BERLIN, moment(last).timestamp())
    assert found is not None
    assert datetime.fromtimestamp(found, UTC) == moment(due)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def template(role: str, zone: str) -> str:
    properties = {
        "Name": "of-a-template",
        "ScheduleExpression": BERLIN["ScheduleExpression"],
        "ScheduleExpressionTimezone": zone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:states:::stateMachine:none",
            "RoleArn": f"arn:aws:iam::000000000000:role/{role}",
        },
    }
    resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
    return json.dumps({"Resources": {"Schedule": resource}})


def zone_of(world: IamWorld) -> str:
    found = world.owner.client("scheduler").get_schedule(Name="of-a-template")
    return str(found["ScheduleExpressionTimezone"])


def wait(stacks: Any, end: str) -> None:
    stacks.get_waiter(end).wait(StackName="scheduled", WaiterConfig={"Delay": 1})


@pytest.fixture
def stack(world: IamWorld) -> Iterator[Any]:
    stacks = world.owner.client("cloudformation")
    body = template(trusting(world), "Europe/Berlin")
    stacks.create_stack(StackName="scheduled", TemplateBody=body)
    wait(stacks, "stack_create_complete")
    yield stacks
    stacks.delete_stack(StackName="scheduled")
    wait(stacks, "stack_delete_complete")


def test_a_template_creates_a_schedule_with_its_time_zone(world: IamWorld, stack: Any) -> None:
    assert stack
    assert zone_of(world) == "Europe/Berlin"


def test_a_template_updates_a_schedule_with_its_time_zone(world: IamWorld, stack: Any) -> None:
    stack.update_stack(StackName="scheduled", TemplateBody=template(trusting(world), "Asia/Tokyo"))
    wait(stack, "stack_update_complete")
    assert zone_of(world) == "Asia/Tokyo"
