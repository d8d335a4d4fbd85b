"""Roles with policies in an embedded AWS, and clients that act as them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.execution_world import zipped

Statement = dict[str, Any]
POLICY = "rights"
_SESSION = boto3.session.Session()  # it reads the description of a service once
_TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {
            "AWS": "arn:aws:iam::000000000000:root",
            "Service": ["sagemaker.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"],
        },
        "Action": "sts:AssumeRole",
    },
}


def allow(*actions: str, on: str | Sequence[str] = "*", **condition: Any) -> Statement:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    return statement | ({"Condition": condition} if condition else {})


@dataclass
class Person:
    """Whoever has these credentials."""

    url: str
    key: str = "test"
    secret: str = "test"
    token: str | None = None
    role: str = ""
    region: str = "us-east-1"

    def client(self, service: str) -> Any:
        return _SESSION.client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token,
        )


@dataclass
class IamWorld:
    cloud: LocalCloud
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def owner(self) -> Person:
        return Person(self.cloud.endpoint_url)

    def name(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    def role(self, *statements: Statement) -> str:
        """The ARN of a new role that may do so much."""
        iam, name = self.owner.client("iam"), self.name("role")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
        self.permit(name, *statements)
        arn: str = role["Role"]["Arn"]
        return arn

    def permit(self, role: str, *statements: Statement) -> None:
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            self.owner.client("iam").put_role_policy(
                RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(document)
            )

    def person(self, *statements: Statement) -> Person:
        return self.assume(self.role(*statements))

    def assume(self, arn: str) -> Person:
        sts = self.owner.client("sts")
        session = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return Person(
            self.cloud.endpoint_url,
            session["AccessKeyId"],
            session["SecretAccessKey"],
            session["SessionToken"],
            arn.rpartition("/")[2],
        )

    def function(self, role: str, code: str) -> str:
        """The ARN of a function whose handler's body is `code`."""
        body = "\n    ".join(["def handler(event, context):", *code.splitlines()])
        made = self.owner.client("lambda").create_function(
            FunctionName=self.name("function"),
            Runtime="python3.12",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": zipped("index.py", f"import boto3\n\n{body}\n")},
            Timeout=30,
        )
        arn: str = made["FunctionArn"]
        return arn


def refusal(error: ClientError) -> tuple[str, str]:
    details = error.response["Error"]
    return details["Code"], details["Message"]


def not_allowed(person: Person, action: str, resource: str) -> str:
    """AWS's words for what no statement allows."""
    return (
        f"User: arn:aws:sts::000000000000:assumed-role/{person.role}/test is not authorized to "
        f"perform: {action} on resource: {resource} because no identity-based policy allows the "
        f"{action} action"
    )
