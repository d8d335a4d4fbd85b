"""Calls of state machines, which do not cross HTTP: what is refused or lost has other names there.

By https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from localcloud.faults.answers import Failure, failure
from localcloud.faults.calls import SERVICES, Service
from localcloud.faults.registry import Faults
from localcloud.http.wire import service_model
from localcloud.ministack.faults.requests import KINDS, LOST
from localcloud.ministack.seam import Answer, Handler, require

_INVOKE = "lambda:Invoke"
_UNANSWERED = "Unable to execute HTTP request: The target server failed to respond"
# What Lambda's model names; the rest has the service's own name.
_LAMBDA_ERRORS = ("ServiceException", "TooManyRequestsException")
# What all services have, under their own names where their models have them; S3's are spelled as
# ministack spells them then.
_COMMON = (
    "InternalError",
    "InternalFailure",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
)
_S3_ERRORS = ("InternalErrorException", "ServiceUnavailableException", "SlowDownException")


class StateMachines:
    def __init__(self, faults: Faults, app: Any, machines: Any) -> None:
        require(app, "call_service_handler_sync")
        require(machines, "_call_lambda", "_ExecutionError")
        require(machines, "_AWS_SDK_ERROR_PREFIX", "_prefix_sdk_error")
        self._faults, self._app, self._machines = faults, app, machines

    def install(self) -> None:
        machines, app = self._machines, self._app
        machines._prefix_sdk_error = self._naming(machines._prefix_sdk_error)
        app.call_service_handler_sync = self._losing(app.call_service_handler_sync)
        machines._call_lambda = self._hitting(machines._call_lambda)

    def _naming(self, prefixed: Callable[[str, str], str]) -> Callable[[str, str], str]:
        services = {service.sdk: service for service in SERVICES.values() if service.sdk}

        def named(sdk: str, code: str) -> str:
            if sdk in services:
                own = f"{self._machines._AWS_SDK_ERROR_PREFIX[sdk]}Exception"
                code = _sdk_name(services[sdk], code, own)
            return prefixed(sdk, code)

        return named

    def _losing(self, call: Callable[..., Answer]) -> Callable[..., Answer]:
        prefixes = {
            service.handler: self._machines._AWS_SDK_ERROR_PREFIX[service.sdk]
            for service in SERVICES.values()
            if service.sdk
        }

        def call_or_lose(
            handler: Handler, method: str, path: str, headers: dict[str, str], *rest: Any
        ) -> Answer:
            answer = call(handler, method, path, headers, *rest)
            if LOST in answer[1]:
                prefix = prefixes[headers["authorization"].split("/")[-2]]
                raise self._error(f"{prefix}.SdkClientException", _UNANSWERED)
            return answer

        return call_or_lose

    def _error(self, name: str, cause: str) -> Exception:
        error: Exception = self._machines._ExecutionError(name, cause)
        return error

    # -- functions -----------------------------------------------------------------------------

    def _hitting(self, call: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        def call_or_hit(function: str, event: Any) -> Any:
            text = f"{function} {json.dumps(event)}" if self._faults.any else ""
            fault = self._faults.take(KINDS, _INVOKE, text)
            if fault and fault.kind in ("throttle", "error"):
                raise self._refusal(failure(fault))
            if fault and fault.kind == "slow":
                time.sleep(fault.seconds or 0)
            result = call(function, event)
            if fault and fault.kind == "lost":
                raise self._error("Lambda.SdkClientException", _UNANSWERED)
            return result

        return call_or_hit

    def _refusal(self, failed: Failure) -> Exception:
        name = failed.code if failed.code in _LAMBDA_ERRORS else "AWSLambdaException"
        details = f"Status Code: {failed.status}; Error Code: {failed.code}"
        cause = f"{failed.message} (Service: AWSLambda; {details}; Request ID: {uuid4()})"
        return self._error(f"Lambda.{name}", cause)


def _sdk_name(service: Service, code: str, own: str) -> str:
    """As the SDK for Java names errors: by their shape, or else by the service."""
    if service.sdk == "s3":
        return own if code in _S3_ERRORS else code
    if code not in _COMMON:
        return code
    shapes = service_model(service.models[0]).error_shapes
    names: dict[str, str] = {shape.error_code: shape.name for shape in shapes}
    return names.get(code, own)
