"""The quotas of SageMaker that an environment needs, and those that an account has.

infra/quotas.py makes the former at synth, with the sentence for one that is too small; the
functions get them as JSON.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

SERVICE = "sagemaker"  # its code in Service Quotas
_PAGE = 100  # the maximum of Service Quotas; SageMaker has thousands of quotas
_OPERATIONS = ("list_service_quotas", "list_aws_default_service_quotas")


def list_quotas(service_quotas: Any, names: Set[str]) -> dict[str, dict[str, Any]]:
    """Name → quota of those that AWS lists: the applied value, or else AWS's default.

    `service_quotas` is a boto3 client. "If the applied quota value is not available for a quota,
    the quota is not retrieved" (ListServiceQuotas, botocore's model of 2019-06-24).
    """
    found: dict[str, dict[str, Any]] = {}
    for operation in _OPERATIONS:
        pages = service_quotas.get_paginator(operation).paginate(
            ServiceCode=SERVICE, PaginationConfig={"PageSize": _PAGE}
        )
        for page in pages:
            listed = {quota["QuotaName"]: quota for quota in page["Quotas"]}
            found = {name: listed[name] for name in names & listed.keys()} | found
            if found.keys() >= names:
                return found
    return found


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota by its name in Service Quotas.

    The first run needs `least`; with less, SageMaker answers ResourceLimitExceeded. What `later`
    names needs `wanted`: an update of the endpoint has the old and the new instances at the same
    time.
    """

    name: str
    least: int
    wanted: int
    later: str = "an update of the endpoint"


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """The quotas of an environment, and texts with {placeholders}."""

    needed: Sequence[Quota]
    sentence: str  # name, granted, needed, fix
    increase: str  # the command that requests an increase: code, wanted
    fewer: str  # the remedy for a quota that is not adjustable
    code_of_name: str  # the command that finds a quota's code: name

    @classmethod
    def read(cls, text: str) -> "Quotas":
        """Parses the JSON of `write`."""
        document: dict[str, Any] = json.loads(text)
        return cls(**document | {"needed": [Quota(**quota) for quota in document["needed"]]})

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def shortage(self, quota: Quota, listed: Mapping[str, Any], needed: int) -> str:
        """The sentence for a quota as Service Quotas lists it, with the remedy."""
        fix = self.increase.format(code=listed["QuotaCode"], wanted=quota.wanted)
        if not listed.get("Adjustable", True):
            fix = self.fewer
        return self._sentence(quota.name, listed["Value"], needed, fix)

    def exceeded(self, name: str, granted: int, needed: int) -> str:
        """The sentence of `shortage` for a limit as the error ResourceLimitExceeded names it."""
        code = self.code_of_name.format(name=name)
        return self._sentence(name, granted, needed, self.increase.format(code=code, wanted=needed))

    def _sentence(self, name: str, granted: float, needed: int, fix: str) -> str:
        return self.sentence.format(name=name, granted=granted, needed=needed, fix=fix)
