"""The error responses of AWS when it throttles a call or fails internally."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.faults.calls import operation_model
from localcloud.faults.fault import Fault

# Each service's own, by https://docs.aws.amazon.com/<service>: "Common errors" and "Throttling".
_QUERY = ("cloudformation", "cloudwatch", "iam", "sns", "sts")
_S3_ERRORS = {
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Service is unable to handle request."),
}
_COMMON_ERRORS = {
    500: (
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.",
    ),
    503: (
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server.",
    ),
}
# Models of JSON services do not give the status of their own errors.
_OWN_ERROR = re.compile(r"Internal|ServiceUnavailable|Server(Error|Exception)")


@dataclass(frozen=True)
class ErrorResponse:
    """An error of AWS: its code, message and HTTP status, and further members of the response."""

    code: str
    message: str
    status: int
    members: Mapping[str, str] = field(default_factory=dict)


def error_of(fault: Fault) -> ErrorResponse:
    """The error response of a fault of kind throttle or error."""
    service = fault.call.partition(":")[0]
    return _throttling(service) if fault.kind == "throttle" else _error(fault)


def _throttling(service: str) -> ErrorResponse:
    match service:
        case "s3":
            return ErrorResponse("SlowDown", "Please reduce your request rate.", 503)
        case "lambda":
            members = {"Reason": "CallerRateLimitExceeded", "Type": "User"}
            return ErrorResponse("TooManyRequestsException", "Rate exceeded", 429, members)
        case "kms":
            message = (
                "You have exceeded the rate at which you may call KMS. "
                "Reduce the frequency of your calls."
            )
            return ErrorResponse("ThrottlingException", message, 400)
        case _:
            code = "Throttling" if service in _QUERY else "ThrottlingException"
            return ErrorResponse(code, "Rate exceeded", 400)


def _error(fault: Fault) -> ErrorResponse:
    status = fault.status or 500
    if fault.call.startswith("s3:"):
        return ErrorResponse(*_S3_ERRORS[status], status)
    code, message = _COMMON_ERRORS[status]
    return ErrorResponse(_own_code(fault.call, status) or code, message, status)


def _own_code(call: str, status: int) -> str:
    """The error code that the operation's model has for the status; empty if it has none."""
    for shape in operation_model(call).error_shapes:
        own = shape.metadata.get("error", {}).get("httpStatusCode")
        if own == status or (own is None and status == 500 and _OWN_ERROR.search(shape.name)):
            code: str = shape.error_code
            return code
    return ""
