"""The budget of an environment, and who may tell its alarms."""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_sns import Topic

from infra.budget import MonthlyBudget, budget_name
from infra.setting_error import SettingsError
from infra.settings import ENVIRONMENTS, Budget, Settings, settings_for
from tests.infra import variants
from tests.infra.conftest import Synthesised, as_list, plain
from tests.infra.synthesis import folder_of_the_run

KIND = "AWS::Budgets::Budget"
(DEV,) = settings_for("dev")
WATCHED = replace(DEV, notify=("somebody@example.com",))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """`guarded` has a budget with an address of its own, `everything` that of `dev`."""
    folder = folder_of_the_run(tmp_path_factory)
    names = ("guarded", "everything")
    return Synthesised({name: variants.synthesised(name, folder) for name in names})


def budget(made: Synthesised, variant: str) -> dict[str, Any]:
    (found,) = made.resources(variant, "Pipeline", KIND).values()
    properties: dict[str, Any] = found["Properties"]
    return properties


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_there_is_none_before_anybody_would_hear_of_it(
    synthesised: Synthesised, environment: str
) -> None:
    assert synthesised.resources(environment, "Pipeline", KIND) == {}
    (policy,) = synthesised.resources(environment, "Pipeline", "AWS::SNS::TopicPolicy").values()
    assert "budgets.amazonaws.com" not in str(policy)


def test_on_aws_each_environment_has_an_amount_that_waits_for_an_address() -> None:
    amounts = {one.environment: one.budget.monthly_usd for one in settings_for()}
    assert amounts == {"local": 0, "dev": 200, "staging": 400, "prod": 750}
    assert not DEV.has_budget
    assert WATCHED.has_budget
    assert replace(DEV, budget=Budget(monthly_usd=1, emails=("a@example.com",))).has_budget


@pytest.mark.parametrize(
    ("variant", "amount", "name"),
    [("guarded", 300, "acme-toys-dev"), ("everything", 200, "reviews-dev")],
)
def test_it_counts_what_has_the_tag_that_everything_has(
    made: Synthesised, variant: str, amount: int, name: str
) -> None:
    found = budget(made, variant)["Budget"]
    assert found["BudgetLimit"] == {"Amount": amount, "Unit": "USD"}
    assert (found["BudgetType"], found["TimeUnit"]) == ("COST", "MONTHLY")
    assert found["CostFilters"] == {"TagKeyValue": [f"user:reviews:environment${name}"]}
    tag = {"Key": "reviews:environment", "Value": name}
    (machine, *_) = made.resources(variant, "Pipeline", "AWS::StepFunctions::StateMachine").values()
    assert tag in machine["Properties"]["Tags"]
    assert tag in budget(made, variant)["ResourceTags"]


def test_what_credits_pay_for_counts(made: Synthesised) -> None:
    assert budget(made, "guarded")["Budget"]["CostTypes"] == {"IncludeCredit": False}


def test_the_topic_and_the_addresses_hear_of_each_alarm(made: Synthesised) -> None:
    alarms = budget(made, "guarded")["NotificationsWithSubscribers"]
    told = [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"])
        for one in alarms
    ]
    assert told == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100), ("FORECASTED", 150)]
    for one in alarms:
        topic, mail = one["Subscribers"]
        assert topic["SubscriptionType"] == "SNS"
        assert plain(topic["Address"]).startswith("<NotificationsTopic")
        assert mail == {"SubscriptionType": "EMAIL", "Address": "toys@example.com"}


def test_aws_budgets_may_publish_for_this_account_only(made: Synthesised) -> None:
    """The budget is made after the policy, without which AWS Budgets refuses the topic."""
    (name,) = made.resources("guarded", "Pipeline", "AWS::SNS::TopicPolicy")
    policy = made.template("guarded", "Pipeline")["Resources"][name]["Properties"]
    (statement,) = (
        one
        for one in policy["PolicyDocument"]["Statement"]
        if one.get("Principal") == {"Service": "budgets.amazonaws.com"}
    )
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }
    source = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert plain(source) == "arn:<AWS::Partition>:budgets::<AWS::AccountId>:*"
    (found,) = made.resources("guarded", "Pipeline", KIND).values()
    assert name in found["DependsOn"]


def test_aws_budgets_may_use_the_key_of_an_environment_with_a_budget(
    made: Synthesised, synthesised: Synthesised
) -> None:
    (with_budget,) = made.resources("everything", "Storage", "AWS::KMS::Key").values()
    assert _services(with_budget)["budgets.amazonaws.com"] == [
        "kms:Decrypt",
        "kms:GenerateDataKey*",
    ]
    (without,) = synthesised.resources("dev", "Storage", "AWS::KMS::Key").values()
    assert "budgets.amazonaws.com" not in _services(without)


def _services(key: dict[str, Any]) -> dict[str, Any]:
    """The CDK makes one statement of those that are the same but for the service."""
    return {
        service: one["Action"]
        for one in key["Properties"]["KeyPolicy"]["Statement"]
        for service in as_list(one["Principal"].get("Service", []))
        if isinstance(service, str)
    }


def test_a_budget_of_the_account_has_no_filter() -> None:
    def filters(settings: Settings) -> Any:
        stack = Stack()
        MonthlyBudget(stack, "Budget", settings=settings, topic=Topic(stack, "Topic"))
        (found,) = Template.from_stack(stack).find_resources(KIND).values()
        return found["Properties"]["Budget"].get("CostFilters")

    of_account = replace(WATCHED, budget=Budget(monthly_usd=200, covers="account"))
    assert filters(of_account) is None
    assert filters(WATCHED) == {"TagKeyValue": ["user:reviews:environment$reviews-dev"]}


def test_other_alarms_make_another_name_and_another_amount_does_not() -> None:
    """CloudFormation replaces a budget with other alarms, and cannot under the same name."""

    def named(settings: Settings = WATCHED, **changes: Any) -> str:
        return budget_name(replace(settings, budget=replace(settings.budget, **changes)))

    assert named() == named(monthly_usd=999)
    assert named().startswith("reviews-dev-")
    others = {
        named(),
        named(emails=("a@example.com",)),
        named(actual_percents=(50,)),
        named(forecast_percents=(90,)),
        budget_name(replace(WATCHED, region="eu-west-1")),
    }
    assert len(others) == 5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"monthly_usd": -1}, "budget.monthly_usd=-1.0: allowed is 0 to 1000000"),
        ({"covers": "project"}, "budget.covers='project': allowed is environment, account"),
        ({"emails": "a@example.com"}, "emails='a@example.com': allowed is a list, such as"),
        ({"emails": ["nobody"]}, "budget.emails='nobody': allowed is mail addresses"),
        ({"emails": [f"{at}@b.org" for at in range(11)]}, "a list of 10 mail addresses at most"),
        ({"actual_percents": (0,)}, "budget.actual_percents=0: allowed is 1 to 1000"),
        ({"forecast_percents": (80, 80)}, "budget.forecast_percents=.* different percents"),
        ({"actual_percents": (), "forecast_percents": ()}, "1 to 10 of actual_percents and"),
        ({"actual_percents": [*range(1, 11)]}, "1 to 10 of actual_percents and"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Budget(**changes)
