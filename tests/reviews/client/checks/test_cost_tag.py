"""A budget that counts nothing is noticed."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.settings import Budget, Settings
from reviews.client.aws.connection import find_settings
from reviews.client.checks import cost_tag
from reviews.client.checks.findings import Finding
from reviews.client.environment import Environment
from tests.fake_aws import FakeAws, Refused

DEV = find_settings("dev")
WATCHED = replace(DEV, notify=("somebody@example.com",))
ACTIVATE = (
    "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
    "TagKey=reviews:environment,Status=Active"
)


class Billing(FakeAws):
    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.refusal = ""

    def list_cost_allocation_tags(self, TagKeys: list[str]) -> dict[str, Any]:
        if self.refusal:
            raise Refused("AccessDeniedException", self.refusal)
        found = [(key, self.tags[key]) for key in TagKeys if key in self.tags]
        tags = [{"TagKey": key, "Type": "UserDefined", "Status": status} for key, status in found]
        return {"CostAllocationTags": tags}


@pytest.fixture
def billing(monkeypatch: pytest.MonkeyPatch) -> Billing:
    made = Billing()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    return made


def examined(settings: Settings = WATCHED) -> Finding:
    (check,) = cost_tag.of(settings).values()
    environment = Environment("dev")
    environment.settings = settings
    return check(environment)


@pytest.mark.parametrize(
    "settings",
    [DEV, replace(WATCHED, budget=Budget(monthly_usd=200, covers="account"))],
    ids=["no budget", "of the account"],
)
def test_without_a_budget_that_counts_by_the_tag_nobody_asks(settings: Settings) -> None:
    assert cost_tag.of(settings) == {}


def test_an_active_tag_is_fine(billing: Billing) -> None:
    billing.tags = {"reviews:environment": "Active"}
    found = examined()
    assert (found.verdict.value, found.found) == ("fine", "reviews:environment is active")


def test_an_inactive_tag_has_the_command_that_activates_it(billing: Billing) -> None:
    billing.tags = {"reviews:environment": "Inactive"}
    found = examined()
    assert found.verdict.value == "missing"
    assert not found.blocks
    assert "is inactive; needed: active; until then the budget counts nothing" in found.text
    assert found.fix.startswith(ACTIVATE)
    assert 'budget.covers="account"' in found.fix


def test_before_the_first_deployment_aws_does_not_know_the_tag(billing: Billing) -> None:
    found = examined()
    assert found.verdict.value == "warning"
    assert "up to a day after the first deployment" in found.found
    assert found.fix.startswith(ACTIVATE)


def test_a_member_of_an_organisation_is_sent_to_the_management_account(billing: Billing) -> None:
    billing.refusal = (
        "Failed to list Cost Allocation Tags: Linked account doesn't have access to cost "
        "allocation tags."
    )
    found = examined()
    assert found.verdict.value == "unknown"
    assert "only the management account can see whether" in found.found
    assert found.fix.startswith(f"there: {ACTIVATE}")


def test_another_refusal_is_shown_as_it_is(billing: Billing) -> None:
    billing.refusal = "User: me is not authorized to perform: ce:ListCostAllocationTags"
    with pytest.raises(ClientError, match="not authorized to perform: ce:ListCost"):
        examined()
