"""The settings by which an organisation keeps its accounts in order."""

import re
from collections.abc import Mapping
from dataclasses import field

from contract.names import EXECUTION_TAG
from infra.setting_error import SettingsError
from infra.setting_group import settings_group

_OWN_TAGS = EXECUTION_TAG.partition(":")[0] + ":"
_MOST_TAGS = 47  # of the 50 that a resource may have; three are this project's own
# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html, and the shapes TagKey and
# TagValue in botocore's model of SageMaker
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_TAG = re.compile(r"[\w .:/=+@-]*")
_PREFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_REFUSED_BY_S3 = ("amzn-s3-demo-", "sthree-")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, names of policies
_BOUNDARY = re.compile(r"(arn:aws[\w-]*:iam::(\d{12}|aws):policy/)?[\w+=,.@/-]{1,512}")
_KEY = re.compile(r"arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key/(mrk-)?[0-9a-f-]{32,36}")
# Of PutRetentionPolicy, in botocore's model of CloudWatch Logs.
DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


@settings_group
class Organisation:
    """What an organisation asks of everything that is made in its accounts: docs/organisation.md.

    All names begin with `prefix` and the environment, so that two teams or two data sets may share
    an account and a region.
    """

    prefix: str = "reviews"  # of all names; `reviews` finds the environment by it
    tags: Mapping[str, str] = field(default_factory=dict)  # of all but the Feature Group
    feature_group_tags: Mapping[str, str] = field(default_factory=dict)  # given to it once only
    permissions_boundary: str = ""  # of every role: the name or the ARN of a managed policy
    kms_key: str = ""  # the ARN of an existing key; empty: a key of the environment
    log_days: int = 90  # for which CloudWatch and S3 keep logs

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix) or self.prefix.startswith(_REFUSED_BY_S3):
            allowed = (
                "small letters, digits and single hyphens, beginning with a letter, and not with "
                + " or ".join(_REFUSED_BY_S3)
            )
            raise _error("prefix", self.prefix, allowed)
        _check_tags("tags", self.tags)
        _check_tags("feature_group_tags", self.feature_group_tags)
        boundary = self.permissions_boundary
        if boundary and not _BOUNDARY.fullmatch(boundary):
            allowed = "the name or the ARN of a managed policy, or empty"
            raise _error("permissions_boundary", boundary, allowed)
        if self.kms_key and not _KEY.fullmatch(self.kms_key):
            allowed = "arn:aws:kms:REGION:ACCOUNT:key/ID (an alias may change), or empty"
            raise _error("kms_key", self.kms_key, allowed)
        if self.log_days not in DAYS:
            raise _error("log_days", self.log_days, ", ".join(map(str, DAYS)))

    @property
    def region_of_key(self) -> str:
        """Empty without a key."""
        found = _KEY.fullmatch(self.kms_key)
        return found[1] if found else ""


def _check_tags(name: str, tags: Mapping[str, str]) -> None:
    """IAM takes no two keys that differ in their case only, on a role:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"""
    if len(tags) > _MOST_TAGS:
        raise _error(name, f"{len(tags)} tags", f"at most {_MOST_TAGS}")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        _check_tag(name, key, value)
        if other := seen.get(key.lower()):
            raise _error(name, key, f"a key that differs from {other!r} not in case only")
        seen[key.lower()] = key


def _check_tag(name: str, key: str, value: str) -> None:
    if not 1 <= len(key) <= _LONGEST_KEY or not _TAG.fullmatch(key):
        allowed = f"1 to {_LONGEST_KEY} letters, digits, spaces and _.:/=+-@"
        raise _error(name, key, allowed)
    if key.lower().startswith(("aws:", _OWN_TAGS)):
        raise _error(name, key, f"a key that begins neither with aws: nor with {_OWN_TAGS}")
    if len(value) > _LONGEST_VALUE or not _TAG.fullmatch(value):
        allowed = f"at most {_LONGEST_VALUE} letters, digits, spaces and _.:/=+-@"
        raise _error(f"{name}[{key!r}]", value, allowed)


def _error(name: str, value: object, allowed: str) -> SettingsError:
    return SettingsError(name=f"organisation.{name}", value=value, allowed=allowed)
