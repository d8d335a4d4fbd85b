"""What the handlers have in common: they log whose step begins, and name AWS's errors.

The state machine retries errors by the names of these classes (infra/state_machine.py), and none
that a user has to mend.
"""

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as ConnectionFailed

from shared import quotas
from shared.environment import Environment

Handler = Callable[[dict[str, Any], Any], Any]
_LOGGER = logging.getLogger()
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html; also of S3, Athena,
# SNS (KMS…), Application Auto Scaling (Concurrent…, InternalService…), endpoints (ModelNotReady…)
_THROTTLED = (
    "ConcurrentUpdateException",
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceException",
    "KMSThrottlingException",
    "ModelNotReadyException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
)
# Never transient, whatever the status that it comes with.
_LASTING = (
    "AccessDenied",
    "AccessDeniedException",
    "InvalidClientTokenId",
    "NotImplemented",
    "UnrecognizedClientException",
    "ValidationException",
)
# Of a message, and what is left of a longer one: Step Functions takes causes of 32,768 characters,
# with the traceback.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
_LONGEST, _START, _END = 8000, 3000, 1000


# Not "Could not find model data at s3://…", which never comes.
_NEW = re.compile(r"Could not find (model|endpoint configuration) [\"']")


class Throttled(Exception):
    """AWS asks to come back later."""


class LimitReached(Exception):
    """A quota is used up, so that other jobs have to end first."""


def is_transient(error: ClientError) -> bool:
    """Whether an error is transient: AWS may do later what it refuses now.

    S3's answer to HEAD has no body: its code is the status.
    """
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response["Error"]["Code"]
    return code in _THROTTLED or (status >= 500 and code not in _LASTING)


def step(handler: Handler) -> Handler:
    """Raises errors by the names that the state machine knows, with messages that say something
    and arrive whole."""

    @wraps(handler)
    def named(event: dict[str, Any], context: Any) -> Any:
        _LOGGER.info("begins", extra={"run": event.get("run", {}).get("id", "")})
        try:
            return handler(event, context)
        except Exception as error:
            told = _told(error)
            if told is error:
                raise
            raise told from error

    return named


def _told(error: Exception) -> Exception:
    match error:
        case ClientError() if is_transient(error) or _is_of_something_new(error):
            return Throttled(shorten(str(error)))
        case ClientError() if error.response["Error"]["Code"] == "ResourceLimitExceeded":
            return limit_error(error)
        case ConnectionFailed() | HTTPClientError():
            return Throttled(shorten(str(error)))
    return _telling(error)


def _is_of_something_new(error: ClientError) -> bool:
    """Whether SageMaker does not see yet what was made a moment ago, such as the configuration of
    an endpoint: "If the dependent entities are not yet in DynamoDB, this causes a validation error
    … retry logic is recommended".
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""
    said = error.response["Error"]
    return said["Code"] == "ValidationException" and bool(_NEW.search(said.get("Message", "")))


def limit_error(error: ClientError, own: int = 0) -> Exception:
    """QuotaTooSmall where the request is for more than the quota, LimitReached where only others
    are in the way. `own` is what the request replaces and has until it is done."""
    message = str(error)
    limit = quotas.read_limit(message)
    if limit and limit.granted < limit.asked + own:
        needed = Environment.read().quotas
        told = needed.exceeded(limit.name, limit.granted, limit.asked + own)
        return quotas.QuotaTooSmall(told)
    return LimitReached(shorten(message))


def shorten(text: str) -> str:
    """A text of a few thousand characters at most: its beginning and its end."""
    return text if len(text) <= _LONGEST else f"{text[:_START]} … {text[-_END:]}"


def _telling(error: Exception) -> Exception:
    """The error, or one of its name where the message alone would not tell: "'prefix'" is all that
    a KeyError says."""
    name, message = type(error).__name__, str(error)
    is_plain = bool(message) and type(error).__module__ != "builtins"
    told = shorten(message if is_plain else f"{name}: {message}".rstrip(": "))
    return error if told == message else type(name, (Exception,), {})(told)
