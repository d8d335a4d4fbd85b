"""The errors of the functions: those of AWS under the names by which the state machine retries.

It retries by the names of these classes (infra/retries.py), and no error that a user has to
correct.
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
_TRANSIENT = (
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
# Never transient, whatever the HTTP status.
_PERMANENT = (
    "AccessDenied",
    "AccessDeniedException",
    "InvalidClientTokenId",
    "NotImplemented",
    "UnrecognizedClientException",
    "ValidationException",
)
# The longest message in characters, and the parts of a longer one that remain: a cause, which has
# the traceback, too, may have 32,768.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
_LONGEST, _START, _END = 8000, 3000, 1000
# But not "Could not find model data at s3://…", which is permanent.
_NOT_VISIBLE_YET = re.compile(r"Could not find (model|endpoint configuration) [\"']")


class Throttled(Exception):
    """A transient error: throttling, a failure of a service, or a lost connection."""


class LimitReached(Exception):
    """A quota is used up, so that other jobs must end first."""


def is_transient(error: ClientError) -> bool:
    """Whether an error is transient, so that a retry may succeed.

    S3's response to HEAD has no body, so its code is the HTTP status.
    """
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response["Error"]["Code"]
    return code in _TRANSIENT or (status >= 500 and code not in _PERMANENT)


def translate_errors(handler: Handler) -> Handler:
    """A decorator for every handler: errors get the names that the state machine retries, and
    messages that are complete and not too long. It also logs the run that the call is for."""

    @wraps(handler)
    def wrapped(event: dict[str, Any], context: Any) -> Any:
        _LOGGER.info("begins", extra={"run": event.get("run", {}).get("id", "")})
        try:
            return handler(event, context)
        except Exception as error:
            translated = _translated(error)
            if translated is error:
                raise
            raise translated from error

    return wrapped


def _translated(error: Exception) -> Exception:
    match error:
        case ClientError() if is_transient(error) or _is_not_visible_yet(error):
            return Throttled(shorten(str(error)))
        case ClientError() if error.response["Error"]["Code"] == "ResourceLimitExceeded":
            return limit_error(error)
        case ConnectionFailed() | HTTPClientError():
            return Throttled(shorten(str(error)))
    return _with_complete_message(error)


def _is_not_visible_yet(error: ClientError) -> bool:
    """Whether SageMaker does not see a resource yet that was created a moment ago, such as an
    endpoint configuration: "If the dependent entities are not yet in DynamoDB, this causes a
    validation error … retry logic is recommended".
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    return code == "ValidationException" and bool(_NOT_VISIBLE_YET.search(message))


def limit_error(error: ClientError, own: int = 0) -> Exception:
    """QuotaTooSmall if the request is for more than the quota, LimitReached if others use it up.
    `own` is the number of instances that the request replaces, which remain until it is done."""
    message = str(error)
    limit = quotas.read_limit(message)
    if limit and limit.granted < limit.asked + own:
        needed = Environment.read().quotas
        sentence = needed.exceeded(limit.name, limit.granted, limit.asked + own)
        return quotas.QuotaTooSmall(sentence)
    return LimitReached(shorten(message))


def shorten(text: str) -> str:
    """The text; of one with more than 8,000 characters, its beginning and its end."""
    return text if len(text) <= _LONGEST else f"{text[:_START]} … {text[-_END:]}"


def _with_complete_message(error: Exception) -> Exception:
    """The error, or one of the same name with its name in the message: that of a KeyError would be
    "'prefix'" only."""
    name, message = type(error).__name__, str(error)
    is_complete = bool(message) and type(error).__module__ != "builtins"
    text = shorten(message if is_complete else f"{name}: {message}".rstrip(": "))
    return error if text == message else type(name, (Exception,), {})(text)
