"""docs/permissions-boundary.json: what a boundary must allow is what the roles of all variants may.

A boundary limits what a role's policies allow, and what the policy of a bucket allows the role:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.infra.conftest import as_list
from tests.judges.conftest import Variant
from tests.judges.node import judged_by
from tests.judges.policies import policies

BOUNDARY = Path(__file__).parents[2] / "docs" / "permissions-boundary.json"
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
_OF_LAMBDA = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space
_LONGEST = 6144


def allowed() -> list[str]:
    (statement,) = json.loads(BOUNDARY.read_text())["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    actions: list[str] = statement["Action"]
    return actions


def demanded(variants: list[Variant]) -> set[str]:
    """As AWS writes them: CDK begins some with a small letter, which is the same to IAM."""
    found = (action.split(":") for variant in variants for action in _of_variant(variant))
    return {f"{service}:{name[0].upper()}{name[1:]}" for service, name in found}


def _of_variant(variant: Variant) -> Iterator[str]:
    for policy in policies(variant.stacks):
        for statement in policy.document["Statement"]:
            is_of_role = policy.kind == "identity" or "AWS" in statement.get("Principal", {})
            if statement["Effect"] == "Allow" and policy.kind != "trust" and is_of_role:
                yield from as_list(statement["Action"])
    if _managed(variant):
        yield from _OF_LAMBDA


def _managed(variant: Variant) -> list[Any]:
    """The managed policies of its roles."""
    return [
        arn
        for template in variant.stacks.values()
        for resource in template["Resources"].values()
        for arn in resource.get("Properties", {}).get("ManagedPolicyArns", [])
    ]


def test_it_allows_what_roles_may_and_nothing_else(variants: list[Variant]) -> None:
    of_keys = {"kms:*"}  # of the account in the policy of a key, which is no role
    assert set(allowed()) == demanded(variants) - of_keys
    assert allowed() == sorted(set(allowed()))


def test_the_only_managed_policy_is_that_of_cdks_own_function(variants: list[Variant]) -> None:
    names = {str(arn).rpartition("/")[2].strip("'}]") for one in variants for arn in _managed(one)}
    assert names == {"AWSLambdaBasicExecutionRole"}


def test_it_is_a_policy_that_iam_takes() -> None:
    document = json.loads(BOUNDARY.read_text())
    found = {"boundary": {"kind": "identity", "document": document}}
    assert judged_by("policies.js", found) == {"boundary": []}
    assert len(json.dumps(document, separators=(",", ":"))) <= _LONGEST
