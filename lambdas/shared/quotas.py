"""Quotas of SageMaker that are too small, and what is said of them.

The names and the words are made at synth (infra/quotas.py), where `reviews doctor` has them, too.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

# "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances, with current
# utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas …":
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html has it with
# "Please contact AWS support"; aws/sagemaker-python-sdk issue 35 with "limit for
# training-job/ml.p2.xlarge is"; data-science-on-aws issue 200 with the quota "Number of instances
# across all processing jobs" of 4 and a delta of 11. What counts no instances has another unit.
_LIMIT = re.compile(
    r"service limit (?:for )?(?P<quote>'?)(?P<name>[^']+?)(?P=quote) is (?P<granted>\d+)\b"
    r"(?:[^,.]*, with current utilization of [^,.]*? and a request delta of (?P<asked>\d+))?"
)
_OLD_NAME = re.compile(r"(?P<use>[a-z-]+)/(?P<type>ml\.[\w.-]+)")


class QuotaTooSmall(Exception):
    """The account may have less than a request alone asks for: no waiting helps."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What ResourceLimitExceeded says; `name` as Service Quotas has it."""

    name: str
    granted: int
    asked: int


def read_limit(message: str) -> Limit | None:
    """None for a message of another form."""
    found = _LIMIT.search(" ".join(message.split()))
    if found is None:
        return None
    old = _OLD_NAME.fullmatch(found["name"])
    name = f"{old['type']} for {old['use'].replace('-', ' ')} usage" if old else found["name"]
    return Limit(name=name, granted=int(found["granted"]), asked=int(found["asked"] or 1))


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One that the environment needs: `least` by a first run, `wanted` by an update of its
    endpoint."""

    name: str
    least: int
    wanted: int


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Those of one environment, and the words of infra/quotas.py with places to be filled."""

    needed: Sequence[Quota]
    sentence: str
    increase: str  # the command that asks AWS for more
    fewer: str  # what helps where AWS gives no more
    code_of_name: str  # the command that finds a quota's code

    @classmethod
    def read(cls, text: str) -> Self:
        document: dict[str, Any] = json.loads(text)
        return cls(**document | {"needed": [Quota(**quota) for quota in document["needed"]]})

    def shortage(self, quota: Quota, listed: Mapping[str, Any], needed: int) -> str:
        """What there is of a quota as Service Quotas lists it, what is needed, how to mend it."""
        fix = self.increase.format(code=listed["QuotaCode"], wanted=quota.wanted)
        if not listed.get("Adjustable", True):
            fix = self.fewer
        return self._say(quota.name, listed["Value"], needed, fix)

    def exceeded(self, limit: Limit, needed: int) -> str:
        """The same of a limit as ResourceLimitExceeded names it."""
        code = self.code_of_name.format(name=limit.name)
        fix = self.increase.format(code=code, wanted=needed)
        return self._say(limit.name, limit.granted, needed, fix)

    def _say(self, name: str, granted: float, needed: int, fix: str) -> str:
        return self.sentence.format(name=name, granted=granted, needed=needed, fix=fix)
