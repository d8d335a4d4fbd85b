"""The budget of an environment, with its alarms."""

import hashlib
import json
from collections.abc import Iterator

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract.names import ENVIRONMENT_TAG
from infra.settings import Settings

# AWS's own name of a tag in a filter: awscli/examples/budgets/create-budget.rst of aws/aws-cli.
_TAG_OF_A_USER = "user:{key}${value}"
_HASH = 6


class MonthlyBudget(Construct):
    """AWS Budgets is one for all regions; CloudFormation makes a budget from most of them
    (infra/regions.py)."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id_)
        wanted = settings.budget
        tag = _TAG_OF_A_USER.format(key=ENVIRONMENT_TAG, value=settings.name)
        budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=budget_name(settings),
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=wanted.monthly_usd, unit="USD"),
                # Else credits are subtracted, and no alarm comes until they are used up.
                cost_types=budgets.CfnBudget.CostTypesProperty(include_credit=False),
                cost_filters={"TagKeyValue": [tag]} if wanted.covers == "environment" else None,
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=alarm, subscribers=_subscribers(settings, topic)
                )
                for alarm in _alarms(settings)
            ],
        )
        # AWS Budgets sends nothing to a topic whose policy does not let it.
        budget.node.add_dependency(topic)


def budget_name(settings: Settings) -> str:
    """Unique in the account, also beside the same environment in another region. CloudFormation
    replaces a budget whose alarms change, which it cannot under the same name."""
    wanted = settings.budget
    lists = (wanted.emails, wanted.actual_percents, wanted.forecast_percents)
    text = json.dumps([settings.region, *map(list, lists)])
    return f"{settings.name}-{hashlib.sha256(text.encode()).hexdigest()[:_HASH]}"


def _alarms(settings: Settings) -> Iterator[budgets.CfnBudget.NotificationProperty]:
    wanted = {
        "ACTUAL": settings.budget.actual_percents,
        "FORECASTED": settings.budget.forecast_percents,
    }
    for kind, percents in wanted.items():
        for percent in percents:
            yield budgets.CfnBudget.NotificationProperty(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
            )


def _subscribers(
    settings: Settings, topic: sns.ITopic
) -> list[budgets.CfnBudget.SubscriberProperty]:
    property_ = budgets.CfnBudget.SubscriberProperty
    return [
        property_(subscription_type="SNS", address=topic.topic_arn),
        *(property_(subscription_type="EMAIL", address=one) for one in settings.budget.emails),
    ]
