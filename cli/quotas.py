"""The quotas that this account has, beside those that an environment needs (infra/quotas.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.quotas import SERVICE, NeededQuota, needed
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AccountQuota:
    """`granted` is None where AWS lists no quota of this name in this region."""

    needed: NeededQuota
    granted: float | None
    fix: str  # the command that asks AWS for more


def look(service_quotas: Any, settings: Settings) -> list[AccountQuota]:
    listed = _listed(service_quotas)
    return [_compare(quota, listed.get(quota.name), settings) for quota in needed(settings)]


def _compare(quota: NeededQuota, listed: dict[str, Any] | None, settings: Settings) -> AccountQuota:
    if listed is None:
        return AccountQuota(needed=quota, granted=None, fix="")
    fix = (
        f"aws service-quotas request-service-quota-increase --service-code {SERVICE} "
        f"--quota-code {listed['QuotaCode']} --desired-value {quota.wanted} "
        f"--region {settings.region}"
    )
    return AccountQuota(needed=quota, granted=listed["Value"], fix=fix)


def _listed(service_quotas: Any) -> dict[str, dict[str, Any]]:
    """Name → quota. The applied value counts, and AWS's default where none was applied.

    ListServiceQuotas: "If the applied quota value is not available for a quota, the quota is not
    retrieved" (botocore's model of Service Quotas, 2019-06-24).
    """
    defaults = _pages(service_quotas, "list_aws_default_service_quotas")
    applied = _pages(service_quotas, "list_service_quotas")
    return {quota["QuotaName"]: quota for quotas in (defaults, applied) for quota in quotas}


def _pages(service_quotas: Any, operation: str) -> Iterator[dict[str, Any]]:
    for page in service_quotas.get_paginator(operation).paginate(ServiceCode=SERVICE):
        yield from page["Quotas"]
