"""How many machines AWS lets this account have, and how many an environment wants."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.settings import Fleet, Settings

_SERVICE = "sagemaker"


@dataclass(frozen=True, kw_only=True)
class Need:
    """A quota of SageMaker; `granted` is None where AWS lists none of this name."""

    name: str
    wanted: int
    granted: float | None
    fix: str  # the command that asks AWS for more


def look(service_quotas: Any, settings: Settings) -> list[Need]:
    known = {quota["QuotaName"]: quota for quota in _listed(service_quotas)}
    return [
        _need(name, count, known.get(name), settings) for name, count in wanted(settings).items()
    ]


def wanted(settings: Settings) -> dict[str, int]:
    """Quota → machines at once. An endpoint's update has the old and the new ones at a time."""
    found: dict[str, int] = {}

    def want(fleet: Fleet, use: str, count: int) -> None:
        name = f"{fleet.instance_type} for {use} usage"
        found[name] = max(count, found.get(name, 0))

    want(settings.processing, "processing job", settings.processing.instance_count)
    want(settings.evaluation, "processing job", settings.evaluation.instance_count)
    want(settings.training, "training job", settings.training.instance_count)
    if not settings.endpoint.serverless_memory_mb:
        want(settings.endpoint, "endpoint", 2 * settings.endpoint.instance_count)
    return found


def _need(name: str, wanted: int, quota: dict[str, Any] | None, settings: Settings) -> Need:
    fix = (
        f"aws service-quotas request-service-quota-increase --service-code {_SERVICE} "
        f"--quota-code {quota['QuotaCode'] if quota else ''} --desired-value {wanted} "
        f"--region {settings.region}"
    )
    return Need(name=name, wanted=wanted, granted=quota["Value"] if quota else None, fix=fix)


def _listed(service_quotas: Any) -> Iterator[dict[str, Any]]:
    """Quotas that nobody has changed are among them, too."""
    pages = service_quotas.get_paginator("list_service_quotas").paginate(ServiceCode=_SERVICE)
    for page in pages:
        yield from page["Quotas"]
