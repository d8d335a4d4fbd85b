"""EventBridge Scheduler: what its schedules start, and by which role, with IAM enforced."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from localcloud.ministack import schedules
from localcloud.ministack.modules import Ministack
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
