"""The permissions boundary of a role that a template makes."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.enforced_iam import BUCKET
from worlds.iam_world import IamWorld, allow

OBJECTS = f"arn:aws:s3:::{BUCKET}/data/*"
_TRUST = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
    "Action": "sts:AssumeRole",
}


def policy(world: IamWorld, *actions: str) -> str:
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow(*actions)]})
    iam, name = world.owner.client("iam"), world.name("boundary")
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    return arn


def template(boundary: str) -> str:
    """A role that may read and write objects, but for its boundary."""
    rights = allow("s3:GetObject", "s3:PutObject", on=OBJECTS)
    properties = {
        "RoleName": "limited",
        "PermissionsBoundary": boundary,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [_TRUST]},
        "Policies": [
            {
                "PolicyName": "rights",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [rights]},
            }
        ],
    }
    return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})


def finish(world: IamWorld, stack: str, end: str) -> None:
    waiter = world.owner.client("cloudformation").get_waiter(end)
    waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


@pytest.fixture
def limited(world: IamWorld) -> Any:
    """The ARN of a template's role that may only read, by its boundary."""
    stacks = world.owner.client("cloudformation")
    body = template(policy(world, "s3:GetObject"))
    stacks.create_stack(
        StackName="limits", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    finish(world, "limits", "stack_create_complete")
    yield "arn:aws:iam::000000000000:role/limited"
    stacks.delete_stack(StackName="limits")
    finish(world, "limits", "stack_delete_complete")


def write(world: IamWorld, role: str) -> None:
    s3 = world.assume(role).client("s3")
    s3.put_object(Bucket=BUCKET, Key="data/written.txt", Body=b"text")


def test_a_role_of_a_template_has_its_boundary(world: IamWorld, limited: str) -> None:
    s3 = world.assume(limited).client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="data/file.txt")["Body"].read() == b"text"
    with pytest.raises(ClientError, match="s3:PutObject"):
        write(world, limited)


def test_an_update_changes_the_boundary(world: IamWorld, limited: str) -> None:
    body = template(policy(world, "s3:*"))
    world.owner.client("cloudformation").update_stack(
        StackName="limits", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    finish(world, "limits", "stack_update_complete")
    write(world, limited)


def test_a_boundary_that_does_not_exist_is_refused(world: IamWorld) -> None:
    stacks = world.owner.client("cloudformation")
    body = template("arn:aws:iam::000000000000:policy/nowhere")
    stacks.create_stack(StackName="lost", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    with pytest.raises(Exception, match="ROLLBACK_COMPLETE"):
        finish(world, "lost", "stack_create_complete")
    events = stacks.describe_stack_events(StackName="lost")["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events]
    assert any("policy/nowhere does not exist or is not attachable" in text for text in reasons)
