"""What the handlers have in common: they log whose step begins, and name AWS's errors.

The state machine retries errors by the names of these classes (infra/state_machine.py), and none
that a user has to mend.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as ConnectionFailed

Handler = Callable[[dict[str, Any], Any], Any]
_LOGGER = logging.getLogger()
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html; also of S3, Athena
_THROTTLED = (
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "InternalServerException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
)


class Throttled(Exception):
    """AWS asks to come back later."""


class LimitReached(Exception):
    """A quota is used up, so that other jobs have to end first."""


def passes(error: ClientError) -> bool:
    """Whether AWS may do later what it refuses now.

    S3's answer to HEAD has no body: its code is the status.
    """
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _THROTTLED or status >= 500


def step(handler: Handler) -> Handler:
    """Raises Throttled and LimitReached for the errors of AWS that pass; others as they are."""

    @wraps(handler)
    def named(event: dict[str, Any], context: Any) -> Any:
        _LOGGER.info("begins", extra={"run": event.get("run", {}).get("id", "")})
        try:
            return handler(event, context)
        except ClientError as error:
            if passes(error):
                raise Throttled(str(error)) from error
            if error.response["Error"]["Code"] == "ResourceLimitExceeded":
                raise LimitReached(str(error)) from error
            raise
        except (ConnectionFailed, HTTPClientError) as error:
            raise Throttled(str(error)) from error

    return named
