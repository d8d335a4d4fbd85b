"""Enforced IAM: who may assume a role, by its trust policy."""

import json

import pytest
from botocore.exceptions import ClientError

from worlds.iam_world import IamWorld, allow, refusal


def test_a_trust_policy_may_name_a_role_in_a_condition(world: IamWorld) -> None:
    """IAM refuses a principal that does not exist yet, and takes any text in a condition."""
    owner = world.owner.client("iam")
    friend, stranger = (world.person(allow("sts:AssumeRole")) for _ in range(2))
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": [f"arn:aws:iam::000000000000:role/{friend.role}"]}
        },
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    made = owner.create_role(RoleName=world.name("trusting"), AssumeRolePolicyDocument=trust)
    arn = made["Role"]["Arn"]
    friend.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    with pytest.raises(ClientError) as caught:
        stranger.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    assert refusal(caught.value)[0] == "AccessDenied"


def test_a_role_is_assumed_only_by_who_is_allowed_to(world: IamWorld) -> None:
    arn = world.role()
    with pytest.raises(ClientError) as caught:
        world.person().client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    assert refusal(caught.value)[0] == "AccessDenied"
