"""Every policy of every variant, beside AWS's service authorisation reference."""

import pytest

from tests.judges.authorisation import Finding, expand, judge, overlap
from tests.judges.conftest import Variant
from tests.judges.node import judged_by
from tests.judges.policies import Statement, policies, statements

# What the reference says against a policy that is right nevertheless: (rule, action, detail; both
# may have wildcards) → why.
REASONS = {
    ("a resource of no action here", "", "arn:*:model-package-group/*"): (
        "The reference names versions alone, and AWS's own policies of a model registry the group "
        "beside them: https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-version.html"
    ),
    ("allowed on everything", "cloudwatch:DescribeAlarms", ""): (
        "On one alarm it does not cover composite alarms; AWS's own examples have the wildcard: "
        "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"
    ),
    ("depends on", "application-autoscaling:RegisterScalableTarget", "*:TagResource"): (
        "Of a target that is registered with tags, and ours has none."
    ),
    ("depends on", "ec2:CreateNetworkInterface", "ec2:CreateTags"): (
        "Of interfaces that are made with tags. SageMaker asks for no such permission: "
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html"
    ),
    ("depends on", "servicequotas:ListServiceQuotas", "*"): (
        "Service Quotas asks other services for their limits (autoscaling, dynamodb, iam, "
        "kinesis, …); those of SageMaker are its own."
    ),
    ("needs a resource", "states:ListExecutions", "maprun"): (
        "Either a state machine's executions are listed or a map run's, and there is no map run."
    ),
    ("not a condition key of the action", "kms:DescribeKey", "kms:EncryptionContext:*"): (
        "AWS's own statement for log groups has it under this condition, though only what encrypts "
        "has a context: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
        "encrypt-log-data-kms.html"
    ),
}


@pytest.fixture(scope="module")
def findings(variants: list[Variant]) -> set[Finding]:
    return {found for variant in variants for found in judge(statements(variant.stacks))}


def test_the_reference_has_nothing_against_any_policy(findings: set[Finding]) -> None:
    unreasoned = [found for found in findings if not any(_is(found, key) for key in REASONS)]
    assert sorted(unreasoned) == []


@pytest.mark.parametrize("key", REASONS, ids=lambda key: " ".join(key))
def test_every_reason_is_needed(findings: set[Finding], key: tuple[str, str, str]) -> None:
    assert any(_is(found, key) for found in findings)


def test_every_policy_is_written_as_iam_wants_it(variants: list[Variant]) -> None:
    found = {
        f"{variant.name} {number} {policy.holder}": {
            "kind": policy.kind,
            "document": policy.document,
        }
        for variant in variants
        for number, policy in enumerate(policies(variant.stacks))
    }
    wrong = {name: lines for name, lines in judged_by("policies.js", found).items() if lines}
    assert wrong == {}


def test_all_kinds_of_policies_are_judged(variants: list[Variant]) -> None:
    kinds = {found.kind for variant in variants for found in statements(variant.stacks)}
    assert kinds == {
        "identity",
        "trust",
        "AWS::EC2::VPCEndpoint",
        "AWS::KMS::Key",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
    }


ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/reviews-dev"


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"actions": ("sagemaker:InvokeEndpoints",)}, "no such action"),
        ({"actions": ("sagemaker:Invent*",)}, "no such action"),
        ({"actions": ("sagemaker:ListModels",)}, "takes no resources"),
        ({"resources": ("*",)}, "allowed on everything"),
        ({"actions": ("sagemaker:DeleteModel",)}, "takes other resources"),
        ({"resources": (ENDPOINT, "arn:aws:s3:::bucket")}, "a resource of no action here"),
        ({"actions": ("sagemaker:CreateEndpoint",)}, "needs a resource"),
        ({"actions": ("sagemaker:CreateEndpoint",)}, "depends on"),
        (
            {"conditions": {"StringEquals": {"iam:PassedToService": "x"}}},
            "not a condition key of the action",
        ),
    ],
)
def test_a_wrong_statement_is_found(changes: dict[str, object], finding: str) -> None:
    right = {
        "holder": "Role",
        "kind": "identity",
        "effect": "Allow",
        "actions": ("sagemaker:InvokeEndpoint",),
        "resources": (ENDPOINT,),
        "conditions": {},
    }
    assert list(judge([Statement(**right)])) == []
    assert finding in {found.rule for found in judge([Statement(**(right | changes))])}


def test_patterns_overlap_where_one_text_matches_both() -> None:
    assert overlap("log-group:/aws/*", "log-group:*:log-stream:*")
    assert overlap("a*c", "ab*")
    assert not overlap("endpoint/*", "endpoint-config/*")
    assert not overlap("a*c", "*d")
    assert expand("kms:ReEncrypt*") == ("kms:ReEncryptFrom", "kms:ReEncryptTo")


def _is(found: Finding, key: tuple[str, str, str]) -> bool:
    rule, action, detail = key
    return (found.rule, found.action) == (rule, action) and overlap(detail, found.detail)
