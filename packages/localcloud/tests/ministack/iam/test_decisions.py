"""Enforced IAM: what was decided."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.iam.decisions import used
from worlds import least_privilege
from worlds.enforced_iam import BUCKET
from worlds.iam_world import POLICY, IamWorld, allow


def test_decisions_tell_which_statements_are_used(world: IamWorld) -> None:
    objects = allow("s3:GetObject", "s3:PutObject", on=f"arn:aws:s3:::{BUCKET}/*")
    person = world.person(allow("s3:ListBucket"), objects)
    person.client("s3").get_object(Bucket=BUCKET, Key="data/file.txt")
    with pytest.raises(ClientError):
        person.client("s3").delete_object(Bucket=BUCKET, Key="data/file.txt")
    mine = [entry for entry in world.cloud.iam_decisions() if entry.role == person.role]
    assert used(mine) == {(person.role, f"{POLICY}#1", "s3:GetObject")}
    assert [(entry.action, entry.allowed, entry.reason) for entry in mine] == [
        ("s3:GetObject", True, ""),
        ("s3:DeleteObject", False, "no statement allows it"),
    ]


def test_a_statement_can_be_taken_away_from_a_role_of_a_stack(world: IamWorld) -> None:
    iam, cloudformation = world.owner.client("iam"), world.owner.client("cloudformation")
    rights = [allow("s3:ListBucket"), allow("s3:Get*", "s3:PutObject")]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "sts:AssumeRole",
    }
    policy = {"Version": "2012-10-17", "Statement": rights}
    role = {
        "RoleName": "of-a-stack",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": POLICY, "PolicyDocument": policy}],
    }
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}
    cloudformation.create_stack(
        StackName="roles",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="roles", WaiterConfig={"Delay": 1}
    )
    found = least_privilege.statements(cloudformation, iam, "roles")
    assert [(entry.role, entry.name) for entry in found] == [
        ("of-a-stack", f"{POLICY}#0"),
        ("of-a-stack", f"{POLICY}#1"),
    ]
    arn = iam.get_role(RoleName="of-a-stack")["Role"]["Arn"]
    s3 = world.assume(arn).client("s3")
    with least_privilege.without(iam, found[1]), pytest.raises(ClientError, match="s3:GetObject"):
        s3.get_object(Bucket=BUCKET, Key="data/file.txt")
    s3.get_object(Bucket=BUCKET, Key="data/file.txt")
    assert least_privilege.statements(cloudformation, iam, "roles") == found
    idle = least_privilege.unused(found, world.cloud.iam_decisions())
    assert [(entry.number, action) for entry, action in idle] == [
        (0, "s3:ListBucket"),
        (1, "s3:PutObject"),
    ]
