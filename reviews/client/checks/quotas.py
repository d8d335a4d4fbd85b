"""The quotas of this account, compared with those that an environment needs (infra/quotas.py)."""

from dataclasses import dataclass
from typing import Any

from contract.quotas import Quota, list_quotas
from infra.quotas import FEWER, INCREASE, needed, of_drift, of_scoring
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AccountQuota:
    """`granted` is None where AWS lists no quota of this name in this region."""

    needed: Quota
    granted: float | None
    fix: str  # the command that requests an increase, or what to do where AWS grants none


def look(service_quotas: Any, settings: Settings) -> list[AccountQuota]:
    wanted = {quota.name: quota for quota in _all(settings)}
    listed = list_quotas(service_quotas, wanted.keys())
    return [_compare(quota, listed.get(name), settings) for name, quota in wanted.items()]


def _all(settings: Settings) -> list[Quota]:
    return [*needed(settings), *of_scoring(settings), *of_drift(settings)]


def _compare(quota: Quota, listed: dict[str, Any] | None, settings: Settings) -> AccountQuota:
    if listed is None:
        return AccountQuota(needed=quota, granted=None, fix="")
    if not listed.get("Adjustable", True):
        return AccountQuota(needed=quota, granted=listed["Value"], fix=FEWER)
    code, wanted = listed["QuotaCode"], quota.wanted
    fix = INCREASE.format(code=code, wanted=wanted, region=settings.region)
    return AccountQuota(needed=quota, granted=listed["Value"], fix=fix)
