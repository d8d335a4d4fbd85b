"""Faults of calls of state machines, whose errors have other names than those of HTTP.

By https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from localcloud.faults.calls import SERVICES, Service
from localcloud.faults.responses import ErrorResponse, error_of
from localcloud.http.wire import service_model
from localcloud.ministack.faults.requests import KINDS, LOST
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names

_INVOKE = "lambda:Invoke"
_UNANSWERED = "Unable to execute HTTP request: The target server failed to respond"
# Errors in Lambda's model. All others have the name of the service.
_LAMBDA_ERRORS = ("ServiceException", "TooManyRequestsException")
# Errors of all services, named by the model of a service where it has them. Those of S3 are
# spelled as ministack spells them.
_COMMON = (
    "InternalError",
    "InternalFailure",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
)
_S3_ERRORS = ("InternalErrorException", "ServiceUnavailableException", "SlowDownException")


def name_errors(
    ministack: Ministack, prefixed: Callable[[str, str], str]
) -> Callable[[str, str], str]:
    services = {service.sdk: service for service in SERVICES.values() if service.sdk}

    def named(sdk: str, code: str) -> str:
        if sdk in services:
            own = f"{ministack.states._AWS_SDK_ERROR_PREFIX[sdk]}Exception"
            code = _sdk_name(services[sdk], code, own)
        return prefixed(sdk, code)

    return named


def lose_responses(ministack: Ministack, call: Callable[..., Response]) -> Callable[..., Response]:
    prefixes = {
        service.handler: ministack.states._AWS_SDK_ERROR_PREFIX[service.sdk]
        for service in SERVICES.values()
        if service.sdk
    }

    def call_or_lose(
        handler: Handler, method: str, path: str, headers: dict[str, str], *rest: Any
    ) -> Response:
        response = call(handler, method, path, headers, *rest)
        if LOST in response[1]:
            prefix = prefixes[headers["authorization"].split("/")[-2]]
            raise _error(ministack, f"{prefix}.SdkClientException", _UNANSWERED)
        return response

    return call_or_lose


def _error(ministack: Ministack, name: str, cause: str) -> Exception:
    error: Exception = ministack.states._ExecutionError(name, cause)
    return error


# -- functions -----------------------------------------------------------------------------------


def inject_into_invocations(
    ministack: Ministack, call: Callable[[str, Any], Any]
) -> Callable[[str, Any], Any]:
    faults = ministack.faults

    def inject_or_call(function: str, event: Any) -> Any:
        text = f"{function} {json.dumps(event)}" if faults.any else ""
        fault = faults.trigger(KINDS, _INVOKE, text)
        if fault and fault.kind in ("throttle", "error"):
            raise _error(ministack, *_refusal(error_of(fault)))
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds or 0)
        result = call(function, event)
        if fault and fault.kind == "lost":
            raise _error(ministack, "Lambda.SdkClientException", _UNANSWERED)
        return result

    return inject_or_call


def _refusal(failed: ErrorResponse) -> tuple[str, str]:
    """Name and cause of the error."""
    name = failed.code if failed.code in _LAMBDA_ERRORS else "AWSLambdaException"
    details = f"Status Code: {failed.status}; Error Code: {failed.code}"
    cause = f"{failed.message} (Service: AWSLambda; {details}; Request ID: {uuid4()})"
    return f"Lambda.{name}", cause


def _sdk_name(service: Service, code: str, own: str) -> str:
    """The name of an error in the SDK for Java: that of its shape, or else of the service."""
    if service.sdk == "s3":
        return own if code in _S3_ERRORS else code
    if code not in _COMMON:
        return code
    shapes = service_model(service.models[0]).error_shapes
    names: dict[str, str] = {shape.error_code: shape.name for shape in shapes}
    return names.get(code, own)


_CALLS = "Faults on demand: calls of state machines"
_TESTS = "ministack/faults/test_state_machines.py"
PATCHES = (
    Patch(
        target="services.stepfunctions:_prefix_sdk_error",
        make=name_errors,
        why="errors that a fault makes have the names of the SDK for Java",
        upstream=_CALLS,
        test=f"{_TESTS}::test_a_task_fails_with_the_name_that_the_sdk_has_for_it",
        uses=names("services.stepfunctions", "_AWS_SDK_ERROR_PREFIX"),
    ),
    Patch(
        target="app:call_service_handler_sync",
        make=lose_responses,
        why="a lost response is an error of the SDK's client",
        upstream=_CALLS,
        test=f"{_TESTS}::test_a_task_fails_with_the_name_that_the_sdk_has_for_it",
        uses=names("services.stepfunctions", "_ExecutionError"),
    ),
    Patch(
        target="services.stepfunctions:_call_lambda",
        make=inject_into_invocations,
        why="a fault that is set hits the functions that tasks invoke",
        upstream=_CALLS,
        test=f"{_TESTS}::test_a_function_that_could_not_be_called_is_called_again",
    ),
)
