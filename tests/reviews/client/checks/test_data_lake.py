"""An account in which Lake Formation would refuse the Feature Group its table is noticed."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reviews.client.checks import data_lake
from reviews.client.checks.findings import Finding
from reviews.client.environment import Environment
from tests.fake_aws import FakeAws, Refused

EVERYBODY = [
    {
        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Permissions": ["ALL"],
    }
]


class Account(FakeAws):
    def __init__(self) -> None:
        self.databases: list[dict[str, Any]] = EVERYBODY
        self.tables: list[dict[str, Any]] = EVERYBODY
        self.status = ""
        self.refusal = ""

    def get_data_lake_settings(self) -> dict[str, Any]:
        if self.refusal:
            raise Refused("AccessDeniedException", self.refusal)
        return {
            "DataLakeSettings": {
                "CreateDatabaseDefaultPermissions": self.databases,
                "CreateTableDefaultPermissions": self.tables,
            }
        }

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if not self.status:
            raise Refused("ValidationError", f"Stack with id {StackName} does not exist")
        assert StackName == "reviews-dev-Features"
        stack = {"StackName": StackName, "StackStatus": self.status, "CreationTime": 0}
        return {"Stacks": [stack]}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    return made


def examined() -> Finding:
    (check,) = data_lake.CHECKS.values()
    return check(Environment("dev"))


def test_a_new_account_is_fine(account: Account) -> None:
    found = examined()
    assert (found.verdict.value, found.found) == (
        "fine",
        "IAM decides about new databases and tables",
    )


def test_a_data_lake_blocks_the_first_deployment(account: Account) -> None:
    account.databases = account.tables = []
    found = examined()
    assert (found.verdict.value, found.blocks) == ("missing", True)
    assert found.text == (
        "Lake Formation: IAM alone does not decide about new databases and tables; needed: that it "
        "does, for the table of the Feature Group"
    )
    assert found.fix == "docs/aws-checklist.md#lake-formation"


def test_each_of_both_settings_counts(account: Account) -> None:
    account.tables = []
    assert examined().found == "IAM alone does not decide about new tables"


def test_what_is_deployed_keeps_its_table(account: Account) -> None:
    account.databases, account.status = [], "UPDATE_COMPLETE"
    found = examined()
    assert (found.verdict.value, found.blocks) == ("warning", False)
    assert "after a change of the features" in found.needed


def test_a_missing_permission_is_shown_as_it_is(account: Account) -> None:
    account.refusal = "User: me is not authorized to perform: lakeformation:GetDataLakeSettings"
    with pytest.raises(ClientError, match="lakeformation:GetDataLakeSettings"):
        examined()
