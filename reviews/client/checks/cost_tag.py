"""Whether AWS counts what an environment costs, on which its budget depends."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from contract.names import ENVIRONMENT_TAG
from infra.settings import Settings
from reviews.client.aws.connection import Connection
from reviews.client.checks.findings import Finding, Verdict, judge

_CHECK = "Cost allocation tag"
_ACTIVATE = (
    "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
    f"TagKey={ENVIRONMENT_TAG},Status=Active"
)
_OR = 'or budget.covers="account" in infra/settings/environments.py'
# Of ListCostAllocationTags in an account of an organisation that is not its management account:
# https://github.com/hashicorp/terraform-provider-aws/issues/37636
_OF_A_MEMBER = "Linked account doesn't have access"


def of(settings: Settings) -> dict[str, Callable[[Connection], Finding]]:
    """The check of a budget that counts what has the environment's tag; none for others."""
    counts_by_tag = settings.has_budget and settings.budget.covers == "environment"
    return {_CHECK: cost_tag} if counts_by_tag else {}


def cost_tag(connection: Connection) -> Finding:
    """Whether the tag is active. AWS Budgets counts by it from then on, and nothing before."""
    try:
        found = connection.client("ce").list_cost_allocation_tags(TagKeys=[ENVIRONMENT_TAG])
    except ClientError as error:
        if _OF_A_MEMBER not in str(error):
            raise
        text = f"only the management account can see whether {ENVIRONMENT_TAG} is active"
        fix = f"there: {_ACTIVATE}; {_OR}"
        return Finding(check=_CHECK, verdict=Verdict.UNKNOWN, found=text, fix=fix)
    listed = found["CostAllocationTags"]
    if not listed:
        text = (
            f"AWS does not list {ENVIRONMENT_TAG} yet, which takes up to a day after the first "
            "deployment; until it is active, the budget counts nothing"
        )
        fix = f"{_ACTIVATE}; {_OR}"
        return Finding(check=_CHECK, verdict=Verdict.WARNING, found=text, fix=fix)
    status = listed[0]["Status"]
    return judge(
        _CHECK,
        status == "Active",
        f"{ENVIRONMENT_TAG} is {status.lower()}",
        needed="active; until then the budget counts nothing",
        fix=f"{_ACTIVATE}; {_OR}",
    )
