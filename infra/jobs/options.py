"""Options that jobs and the model share: network, packages, encryption, tags."""

from typing import Any

from infra.jobs.values import Values
from infra.settings import Instances, Scoring, Settings

WHEELS = "wheels"  # input, channel and folder of the packages of a closed network


def subnets(settings: Settings, values: Values) -> dict[str, Any]:
    if not settings.network.vpc:
        return {"subnets": None, "security_group_ids": None}
    return {"subnets": list(values.subnets), "security_group_ids": list(values.security_groups)}


def packages(settings: Settings, folder: str) -> dict[str, str]:
    """Environment variables that make pip install from the folder only."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder} if settings.network.wheels else {}


def tags(settings: Settings) -> list[dict[str, str]] | None:
    """The organisation's; the functions add those of the run (lambdas/shared/run.py)."""
    chosen = settings.organisation.tags
    return [{"Key": key, "Value": value} for key, value in chosen.items()] or None


def volume_key(instances: Instances | Scoring, values: Values) -> str | None:
    return None if instances.has_local_disk else values.key
