"""Roles that a service validates at once are created in an earlier stack."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.settings import Network, settings_for
from tests.infra.conftest import Synthesised
from tests.infra.synthesis import synthesise

# CloudFormation waits for IAM where it makes these; the policies of buckets name the role of CDK's
# own function that empties them, as in every CDK app with `auto_delete_objects`.
WAITS = {
    "AWS::Lambda::Function",
    "AWS::S3::BucketPolicy",
    "AWS::StepFunctions::StateMachine",
}


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """With everything that there may be: a network of its own and a schedule."""
    (dev,) = settings_for("dev")
    settings = replace(
        dev,
        network=Network(vpc="new", wheels="wheels/"),
        base_model="s3://{data_bucket}/base-models/roberta-base/",
        schedule="cron(0 6 ? * MON *)",
    )
    return Synthesised({"dev": synthesise(tmp_path_factory.mktemp("cdk"), settings)})


def references(value: Any) -> Iterator[str]:
    """The logical ids that a value of a template refers to."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case dict():
            for item in value.values():
                yield from references(item)
        case list():
            for item in value:
                yield from references(item)


@pytest.mark.parametrize("stack", ["Storage", "Features", "Pipeline"])
def test_nothing_that_does_not_wait_for_iam_has_a_role_of_its_own_stack(
    synthesised: Synthesised, stack: str
) -> None:
    resources = synthesised.template("dev", stack)["Resources"]
    roles = {name for name, item in resources.items() if item["Type"] == "AWS::IAM::Role"}
    hasty = {
        name: found
        for name, item in resources.items()
        if not item["Type"].startswith("AWS::IAM::") and item["Type"] not in WAITS
        if (found := roles & {*references(item.get("Properties", {}))})
    }
    assert not hasty


@pytest.mark.parametrize(
    ("stack", "kind", "field"),
    [
        ("Features", "AWS::SageMaker::FeatureGroup", "RoleArn"),
        ("Pipeline", "AWS::EC2::FlowLog", "DeliverLogsPermissionArn"),
    ],
)
def test_it_has_one_of_an_earlier_stack(
    synthesised: Synthesised, stack: str, kind: str, field: str
) -> None:
    (resource,) = synthesised.resources("dev", stack, kind).values()
    (way,) = resource["Properties"][field].values()
    assert "ServiceRoles" in str(way)


def test_each_schedule_has_one_of_an_earlier_stack(synthesised: Synthesised) -> None:
    schedules = synthesised.resources("dev", "Pipeline", "AWS::Scheduler::Schedule").values()
    assert schedules
    for schedule in schedules:
        assert "ServiceRoles" in str(schedule["Properties"]["Target"]["RoleArn"])


def test_each_has_its_whole_policy_in_the_first_stack(synthesised: Synthesised) -> None:
    policies = synthesised.resources("dev", "Storage", "AWS::IAM::Policy").values()
    allowed = {
        action
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert {"glue:CreateTable", "states:StartExecution", "logs:PutLogEvents"} <= allowed
