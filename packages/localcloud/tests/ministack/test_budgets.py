"""Budgets of templates, on ministack's AWS Budgets."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from worlds.execution_world import World

ACCOUNT = "000000000000"
TAGGED = "user:reviews:environment$reviews-dev"


def template(name: str, amount: int, percent: int = 80) -> str:
    notification = {
        "NotificationType": "FORECASTED",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": percent,
        "ThresholdType": "PERCENTAGE",
    }
    properties = {
        "Budget": {
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": amount, "Unit": "USD"},
            "CostFilters": {"TagKeyValue": [TAGGED]},
        },
        "NotificationsWithSubscribers": [
            {
                "Notification": notification,
                "Subscribers": [{"SubscriptionType": "SNS", "Address": {"Ref": "Topic"}}],
            }
        ],
        "ResourceTags": [{"Key": "team", "Value": "toys"}],
    }
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Budget": {"Type": "AWS::Budgets::Budget", "Properties": properties},
    }
    outputs = {"Name": {"Value": {"Ref": "Budget"}}}
    return json.dumps({"Resources": resources, "Outputs": outputs})


@pytest.fixture
def budgets(world: World) -> Any:
    return world.client("budgets")


class Stack:
    def __init__(self, world: World, name: str) -> None:
        self.client, self.name = world.client("cloudformation"), name

    def create(self, body: str) -> None:
        self.client.create_stack(StackName=self.name, TemplateBody=body)
        self._wait("stack_create_complete")

    def update(self, body: str) -> None:
        self.client.update_stack(StackName=self.name, TemplateBody=body)
        self._wait("stack_update_complete")

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")

    def _wait(self, event: str) -> None:
        config = {"Delay": 0.2, "MaxAttempts": 100}
        self.client.get_waiter(event).wait(StackName=self.name, WaiterConfig=config)


def names(budgets: Any) -> list[str]:
    found = budgets.describe_budgets(AccountId=ACCOUNT).get("Budgets", [])
    return sorted(budget["BudgetName"] for budget in found)


def test_a_stack_makes_a_budget_changes_its_amount_and_deletes_it(
    world: World, budgets: Any
) -> None:
    stack = Stack(world, "with-budget")
    stack.create(template("spent", 100))
    found = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="spent")["Budget"]
    assert found["BudgetLimit"] == {"Amount": "100", "Unit": "USD"}
    assert found["CostFilters"] == {"TagKeyValue": [TAGGED]}
    assert found["CalculatedSpend"]["ActualSpend"]["Amount"] == "0"
    (alarm,) = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="spent")[
        "Notifications"
    ]
    assert (alarm["NotificationType"], alarm["Threshold"]) == ("FORECASTED", 80)
    (subscriber,) = budgets.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName="spent", Notification=alarm
    )["Subscribers"]
    assert subscriber["SubscriptionType"] == "SNS"
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/spent"
    tags = budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
    assert tags == [{"Key": "team", "Value": "toys"}]

    stack.update(template("spent", 250))
    found = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="spent")["Budget"]
    assert found["BudgetLimit"]["Amount"] == "250"

    stack.delete()
    assert names(budgets) == []


def test_other_alarms_need_another_name(world: World, budgets: Any) -> None:
    stack = Stack(world, "other-alarms")
    stack.create(template("first", 100))
    with pytest.raises(WaiterError, match="UPDATE_ROLLBACK"):
        stack.update(template("first", 100, percent=90))
    stack.update(template("second", 100, percent=90))
    assert names(budgets) == ["second"]
    stack.delete()
    assert names(budgets) == []


def test_a_budget_that_aws_would_refuse_fails_its_stack(world: World, budgets: Any) -> None:
    stack = Stack(world, "refused")
    with pytest.raises(WaiterError, match="ROLLBACK"):
        stack.create(template("with:colon", 100))
    events = stack.client.describe_stack_events(StackName="refused")["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert "Budget.BudgetName is required and must be a valid budget name" in reasons
    with pytest.raises(ClientError, match="doesn't exist"):
        budgets.describe_budget(AccountId=ACCOUNT, BudgetName="with:colon")
    stack.delete()
