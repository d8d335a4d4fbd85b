"""The quotas of this account, compared with those that an environment needs (infra/quotas.py)."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from contract.quotas import Quota
from infra.quotas import FEWER, INCREASE, SERVICE, needed
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AccountQuota:
    """`granted` is None where AWS lists no quota of this name in this region."""

    needed: Quota
    granted: float | None
    fix: str  # the command that requests an increase, or what to do where AWS grants none


def look(service_quotas: Any, settings: Settings) -> list[AccountQuota]:
    wanted = {quota.name: quota for quota in needed(settings)}
    listed = _listed(service_quotas, wanted.keys())
    return [_compare(quota, listed.get(name), settings) for name, quota in wanted.items()]


def _compare(quota: Quota, listed: dict[str, Any] | None, settings: Settings) -> AccountQuota:
    if listed is None:
        return AccountQuota(needed=quota, granted=None, fix="")
    if not listed.get("Adjustable", True):
        return AccountQuota(needed=quota, granted=listed["Value"], fix=FEWER)
    code, wanted = listed["QuotaCode"], quota.wanted
    fix = INCREASE.format(code=code, wanted=wanted, region=settings.region)
    return AccountQuota(needed=quota, granted=listed["Value"], fix=fix)


def _listed(service_quotas: Any, names: Set[str]) -> dict[str, dict[str, Any]]:
    """Name → quota of those that AWS lists: the applied value, or else AWS's default.

    ListServiceQuotas: "If the applied quota value is not available for a quota, the quota is not
    retrieved" (botocore's model of Service Quotas, 2019-06-24).
    """
    found = _named(service_quotas, "list_service_quotas", names)
    if found.keys() != names:
        found = _named(service_quotas, "list_aws_default_service_quotas", names) | found
    return found


def _named(service_quotas: Any, operation: str, names: Set[str]) -> dict[str, dict[str, Any]]:
    """The quotas of these names. SageMaker has thousands, and a page has 100 at most."""
    pages = service_quotas.get_paginator(operation).paginate(
        ServiceCode=SERVICE, PaginationConfig={"PageSize": 100}
    )
    every = (quota for page in pages for quota in page["Quotas"])
    return {quota["QuotaName"]: quota for quota in every if quota["QuotaName"] in names}
