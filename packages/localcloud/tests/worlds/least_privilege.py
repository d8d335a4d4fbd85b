"""The statements of a stack's roles: to see which are used, and to take one away for a while."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from localcloud.iam.decisions import Decision, used


@dataclass(frozen=True)
class Statement:
    """One statement of an inline policy, as it was found. `name` is that of the decision log."""

    role: str
    policy: str
    number: int
    document: str  # of the whole policy

    @property
    def name(self) -> str:
        return f"{self.policy}#{self.number}"

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.document)["Statement"][self.number]
        return content

    @property
    def actions(self) -> list[str]:
        actions = self.content["Action"]
        return [actions] if isinstance(actions, str) else actions


def statements(cloudformation: Any, iam: Any, stack: str) -> list[Statement]:
    """All of the roles in the stack."""
    return [
        statement
        for role in _roles(cloudformation, stack)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in _of_policy(iam, role, policy)
    ]


def _roles(cloudformation: Any, stack: str) -> Iterator[str]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::IAM::Role":
                yield resource["PhysicalResourceId"]


def _of_policy(iam: Any, role: str, policy: str) -> list[Statement]:
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    found = document["Statement"]
    document["Statement"] = [found] if isinstance(found, dict) else found
    text = json.dumps(document)
    return [Statement(role, policy, number, text) for number in range(len(document["Statement"]))]


@contextmanager
def without(iam: Any, statement: Statement) -> Iterator[None]:
    """Takes the statement out of its policy; the others keep their order, not their numbers."""
    place = {"RoleName": statement.role, "PolicyName": statement.policy}
    document = json.loads(statement.document)
    del document["Statement"][statement.number]
    if document["Statement"]:
        iam.put_role_policy(**place, PolicyDocument=json.dumps(document))
    else:
        iam.delete_role_policy(**place)
    try:
        yield
    finally:
        iam.put_role_policy(**place, PolicyDocument=statement.document)


@contextmanager
def denying(iam: Any, role: str, action: str) -> Iterator[None]:
    """Denies an action to a role, whatever its other policies allow."""
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    place = {"RoleName": role, "PolicyName": "denying"}
    iam.put_role_policy(**place, PolicyDocument=json.dumps(document))
    try:
        yield
    finally:
        iam.delete_role_policy(**place)


def unused(
    found: Iterable[Statement], decisions: Iterable[Decision]
) -> list[tuple[Statement, str]]:
    """The actions of statements by which nothing was allowed."""
    needed = used(decisions)
    return [
        (statement, action)
        for statement in found
        for action in statement.actions
        if not any(
            (role, name) == (statement.role, statement.name)
            and fnmatchcase(done.lower(), action.lower())
            for role, name, done in needed
        )
    ]
