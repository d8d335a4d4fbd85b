"""Promotion in the settings and in the templates: who may read whose models."""

from dataclasses import replace
from typing import Any

import pytest

from contract.names import promotion_role
from infra.setting_error import SettingsError
from infra.settings import ENVIRONMENTS, Peer, Promotion, Settings, settings_for
from infra.settings.environments import PROMOTIONS
from infra.settings.peers import connect
from tests.infra.conftest import Synthesised, plain

DEV, STAGING, PROD = (settings_for(name)[0] for name in ("dev", "staging", "prod"))
BARE = [replace(one, promotion=Promotion()) for one in (DEV, STAGING, PROD)]


def with_account(settings: Settings, account: str, **changes: Any) -> Settings:
    return replace(settings, account=account, promotion=Promotion(), **changes)


def test_both_environments_of_a_promotion_know_each_other() -> None:
    for source, target in PROMOTIONS:
        (giver,), (taker,) = settings_for(source), settings_for(target)
        assert target in map(str, giver.promotion.targets)
        assert taker.promotion.source(source) is not None
    named = [len(one.promotion.sources) + len(one.promotion.targets) for one in settings_for()]
    assert sum(named) == 2 * len(PROMOTIONS)


def test_each_knows_account_and_region_of_the_other() -> None:
    far = with_account(STAGING, "111111111111", region="eu-west-1")
    near = with_account(PROD, "222222222222")
    giver, taker = connect((far, near), [("staging", "prod")])
    assert giver.promotion.targets == (
        Peer(environment="prod", name="reviews-prod", account="222222222222", region="us-east-1"),
    )
    assert taker.promotion.sources == (
        Peer(
            environment="staging",
            name="reviews-staging",
            account="111111111111",
            region="eu-west-1",
        ),
    )


def test_an_environment_may_take_models_of_several() -> None:
    _, _, taker = connect(BARE, [("dev", "prod"), ("staging", "prod")])
    assert [str(peer) for peer in taker.promotion.sources] == ["dev", "staging"]


@pytest.mark.parametrize(
    ("promotions", "message"),
    [
        ([("dev", "dev")], r"promotions=\('dev', 'dev'\): allowed is \(from, to\), two of dev, st"),
        ([("dev", "test")], r"promotions=\('dev', 'test'\): allowed is"),
        ([("dev",)], r"promotions=\('dev',\): allowed is \(from, to\)"),
        (("dev", "prod"), r"promotions='dev': allowed is \(from, to\)"),
        ([("dev", "staging", "prod")], r"promotions=\('dev', 'staging', 'prod'\): allowed is"),
        ([("dev", "prod"), ("dev", "prod")], r"promotion\.targets=\['prod', 'prod'\]: allowed"),
    ],
)
def test_a_wrong_pair_is_named(promotions: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        connect(BARE, promotions)


def test_one_account_alone_would_be_looked_for_in_the_wrong_place() -> None:
    with pytest.raises(SettingsError, match="account of dev='': allowed is 12 digits, since prod"):
        connect((BARE[0], with_account(PROD, "222222222222")), [("dev", "prod")])


# -- templates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_an_environment_with_targets_has_a_role_for_them(
    synthesised: Synthesised, environment: str
) -> None:
    roles = synthesised.resources(environment, "Pipeline", "AWS::IAM::Role").values()
    named = {role["Properties"].get("RoleName") for role in roles}
    (settings,) = settings_for(environment)
    assert (promotion_role(f"reviews-{environment}") in named) == bool(settings.promotion.targets)


def trust(synthesised: Synthesised, environment: str) -> list[dict[str, Any]]:
    for role in synthesised.resources(environment, "Pipeline", "AWS::IAM::Role").values():
        if role["Properties"].get("RoleName") == promotion_role(f"reviews-{environment}"):
            found: list[dict[str, Any]] = role["Properties"]["AssumeRolePolicyDocument"][
                "Statement"
            ]
            return found
    raise AssertionError(environment)


def test_two_functions_of_the_target_may_assume_it_and_nobody_else(
    synthesised: Synthesised,
) -> None:
    (statement,) = trust(synthesised, "staging")
    assert statement["Action"] == "sts:AssumeRole"
    assert plain(statement["Principal"]["AWS"]).endswith(":iam::<AWS::AccountId>:root")
    (names,) = statement["Condition"].values()
    allowed = [plain(arn) for arn in names["aws:PrincipalArn"]]
    assert [arn.rpartition("/")[2] for arn in allowed] == [
        "reviews-prod-prepare",
        "reviews-prod-copy-model",
    ]
    assert not [arn for arn in allowed if "*" in arn]


def test_the_functions_have_the_names_that_the_trust_policy_has(synthesised: Synthesised) -> None:
    (statement,) = trust(synthesised, "staging")
    (condition,) = statement["Condition"].values()
    trusted = {plain(arn).rpartition("/")[2] for arn in condition["aws:PrincipalArn"]}
    roles = synthesised.resources("prod", "Pipeline", "AWS::IAM::Role").values()
    named = {role["Properties"]["RoleName"] for role in roles if "RoleName" in role["Properties"]}
    assert named == trusted


def test_the_role_reads_and_does_nothing_else(synthesised: Synthesised) -> None:
    actions = set()
    for policy in synthesised.resources("staging", "Pipeline", "AWS::IAM::Policy").values():
        if "Promotion" in str(policy["Properties"]["Roles"]):
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                found = statement["Action"]
                actions |= {found} if isinstance(found, str) else set(found)
    assert actions == {
        "kms:Decrypt",
        "s3:GetObject",
        "s3:ListBucket",
        "sagemaker:DescribeModelPackage",
        "sagemaker:ListModelPackages",
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_model_is_copied_only_where_one_may_come_from(
    synthesised: Synthesised, environment: str
) -> None:
    states = synthesised.definition(environment)["States"]
    (settings,) = settings_for(environment)
    assert ("CopyModel" in states) == bool(settings.promotion.sources)
    payload = states["Prepare"]["Arguments"]["Payload"]
    assert list(payload["sources"]) == [str(peer) for peer in settings.promotion.sources]


def test_the_copy_has_a_quarter_of_an_hour_and_a_whole_processor(synthesised: Synthesised) -> None:
    functions = synthesised.resources("prod", "Pipeline", "AWS::Lambda::Function").values()
    (copy,) = (
        function["Properties"]
        for function in functions
        if function["Properties"]["FunctionName"] == "reviews-prod-copy-model"
    )
    assert (copy["Timeout"], copy["MemorySize"]) == (900, 1769)
