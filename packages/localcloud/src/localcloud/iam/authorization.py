"""Authorization: operations and jobs name the actions they require, and IAM allows or denies them.

The words are IAM's: a request requires actions on resources, its context has condition keys, and
policies are evaluated. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.core.cloud import Cloud, GlobalService, Service
from localcloud.core.errors import AwsError


@dataclass(frozen=True)
class RequiredAction:
    """An action that a request requires on one resource, with its condition keys as `context`."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)


# Evaluates the policies of whoever has this access key, for an action in this region. The message
# of the denial, or None where the action is allowed.
EvaluatePolicies = Callable[[str, RequiredAction, str], str | None]


class AccessDenied(AwsError):
    """An action that is not allowed (HTTP 400, or 403 in REST services)."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__("AccessDeniedException", message, status)


class PolicyEvaluation(GlobalService):
    """Whether IAM is enforced: `evaluate` is None while it is not, and every action is allowed."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.evaluate: EvaluatePolicies | None = None


class Authorization(Service):
    """Authorizes the actions of one region."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._policies = cloud.service(PolicyEvaluation)

    def denial(self, access_key: str, required: Iterable[RequiredAction]) -> str | None:
        """The message for the first action that is denied, or None where all are allowed."""
        evaluate, region = self._policies.evaluate, self.cloud.region
        if evaluate is None:
            return None
        denials = (evaluate(access_key, action, region) for action in required)
        return next((denial for denial in denials if denial is not None), None)

    def require(
        self, access_key: str, required: Iterable[RequiredAction], status: int = 400
    ) -> None:
        """Raises AccessDenied, with this HTTP status, for the first action that is denied."""
        denial = self.denial(access_key, required)
        if denial is not None:
            raise AccessDenied(denial, status)
