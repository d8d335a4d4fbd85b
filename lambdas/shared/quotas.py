"""Parses SageMaker's error for a quota that is too small."""

import re
from dataclasses import dataclass

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
    """The quota is smaller than a single request, so that waiting does not help."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The quota of a ResourceLimitExceeded; `name` as in Service Quotas."""

    name: str
    granted: int
    asked: int


def read_limit(message: str) -> Limit | None:
    """The quota in the message; None for a message of another form."""
    found = _LIMIT.search(" ".join(message.split()))
    if found is None:
        return None
    old = _OLD_NAME.fullmatch(found["name"])
    name = f"{old['type']} for {old['use'].replace('-', ' ')} usage" if old else found["name"]
    return Limit(name=name, granted=int(found["granted"]), asked=int(found["asked"] or 1))
