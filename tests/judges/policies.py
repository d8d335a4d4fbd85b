"""Every policy statement of an environment's templates, with example values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.judges.templates import Resolver, Template

# Resource type → its property that has a resource policy.
_RESOURCE_POLICIES = {
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
}


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`holder`: the logical id of the role that has it, or of what it guards. `kind`: identity,
    trust, or the type of the resource that it guards."""

    holder: str
    kind: str
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """`holder` and `kind` are those of its policy; `conditions`: operator → key → values."""

    holder: str
    kind: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]


def policies(stacks: Mapping[str, Template]) -> list[Policy]:
    """Of all templates of one environment, by stack name."""
    return [
        Policy(holder=holder, kind=kind, document=resolver.resolve(document))
        for template in stacks.values()
        for resolver in [Resolver(template, stacks)]
        for name, resource in template["Resources"].items()
        for holder, kind, document in _of_resource(name, resource)
    ]


def statements(stacks: Mapping[str, Template]) -> list[Statement]:
    return [
        Statement(
            holder=policy.holder,
            kind=policy.kind,
            effect=statement["Effect"],
            actions=_as_tuple(statement["Action"]),
            resources=_as_tuple(statement.get("Resource", ())),
            conditions=statement.get("Condition", {}),
        )
        for policy in policies(stacks)
        for statement in policy.document["Statement"]
    ]


def _of_resource(name: str, resource: Template) -> Iterator[tuple[str, str, Any]]:
    """Holder, kind and document of each policy that the resource has or is."""
    kind, properties = resource["Type"], resource.get("Properties", {})
    if kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for role in properties["Roles"]:
            yield role["Ref"], "identity", properties["PolicyDocument"]
    elif kind == "AWS::IAM::Role":
        yield name, "trust", properties["AssumeRolePolicyDocument"]
        for policy in properties.get("Policies", []):
            yield name, "identity", policy["PolicyDocument"]
    elif _RESOURCE_POLICIES.get(kind) in properties:
        yield name, kind, properties[_RESOURCE_POLICIES[kind]]


def _as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
