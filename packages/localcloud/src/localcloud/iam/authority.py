"""Permissions: operations and jobs ask for them, and IAM decides while it is enforced."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import AwsError


@dataclass(frozen=True)
class Need:
    """One permission that a call takes, with the condition keys that describe the call."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)


# The message of a denial, or None, for the access key of a caller.
Judge = Callable[[str, Need], str | None]


class AccessDenied(AwsError):
    """A missing permission (HTTP 400, or 403 in REST services)."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__("AccessDeniedException", message, status)


class Authority(Service):
    """Allows every call while IAM is not enforced, and so has no judge."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._judge: Judge | None = None

    def appoint(self, judge: Judge | None) -> None:
        self._judge = judge

    def allows(self, access_key: str, need: Need) -> bool:
        return self._judge is None or self._judge(access_key, need) is None

    def require(self, access_key: str, needs: Iterable[Need], status: int = 400) -> None:
        """Raises AccessDenied with the message for the first permission that is missing."""
        judge = self._judge
        if judge is None:
            return
        for need in needs:
            denial = judge(access_key, need)
            if denial is not None:
                raise AccessDenied(denial, status)
