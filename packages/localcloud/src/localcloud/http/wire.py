"""Turns an HTTP request into an operation and its output into a response, by botocore's own service
models.

Four services share SageMaker's signing name: the control plane (JSON 1.1, with X-Amz-Target) and
three REST services, which have different paths. Application Auto Scaling has X-Amz-Target, too.
A request that the model does not allow is refused before any operation sees it.
"""

import base64
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

from localcloud.core.cloud import ApiCall, Cloud
from localcloud.core.errors import AwsError
from localcloud.core.pages import cut_page
from localcloud.core.tags import drop_tags, put_tags
from localcloud.http import documents
from localcloud.http.constraints import check

CONTROL_PLANE, SCALING, QUOTAS = "sagemaker", "application-autoscaling", "service-quotas"
TARGETS = {  # by X-Amz-Target
    "SageMaker": CONTROL_PLANE,
    "AnyScaleFrontendService": SCALING,
    "ServiceQuotasV20190624": QUOTAS,
}
RUNTIMES = ("sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker-metrics")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/")
_LOGGER = logging.getLogger(__name__)
Values = dict[str, Any]


@dataclass(frozen=True)
class HttpRequest:
    """`query` has all values of a name; `body` is empty where there is none."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    query: Mapping[str, list[str]]
    body: bytes


@dataclass(frozen=True)
class HttpResponse:
    """Status, headers and body of a response."""

    status: int
    headers: dict[str, str]
    body: bytes


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service. Raises UnknownServiceError."""
    model: ServiceModel = botocore.session.get_session().get_service_model(service)
    return model


def respond(cloud: Cloud, request: HttpRequest) -> HttpResponse:
    """The response to a request. Never raises: a bug in an operation is an InternalFailure."""
    try:
        return _perform(cloud, request)
    except AwsError as error:
        return error_response(error)
    except RecursionError:  # of a body that is nested deeply
        return error_response(AwsError("SerializationException", "The body is nested too deeply"))
    except Exception as error:
        _LOGGER.exception("%s %s", request.method, request.path)
        return error_response(AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500))


def _perform(cloud: Cloud, request: HttpRequest) -> HttpResponse:
    model, path_values = _operation(request)
    service = model.service_model.service_name
    handler = cloud.operations.get((service, model.name))
    if handler is None:
        raise AwsError(
            "UnknownOperationException", f"{model.name} is not supported by the embedded AWS"
        )
    values = _parse(model, request, path_values)
    check(values, model.input_shape)
    cloud.authorize(cloud, ApiCall(service, model.name, values, _caller(request)))
    output = handler(cloud, values)
    if service == CONTROL_PLANE:
        _remember_tags(cloud, model, values, output)
    if service in TARGETS.values():
        output = cut_page(model, values, output)
    return _serialise(model, output)


def _caller(request: HttpRequest) -> str:
    """The access key that the request is signed with; ministack has checked the signature."""
    signed = request.query.get("X-Amz-Credential", [""])[0]
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    return found[1] if found else signed.partition("/")[0]


# -- which operation -----------------------------------------------------------------------------


def _operation(request: HttpRequest) -> tuple[OperationModel, dict[str, str]]:
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, name = target.partition(".")
        service = TARGETS.get(prefix, CONTROL_PLANE)
        if name not in service_model(service).operation_names:
            raise AwsError(
                "UnknownOperationException", f"{target} is not an operation of {service}"
            )
        return service_model(service).operation_model(name), {}
    for method, pattern, model in _routes():
        match = pattern.fullmatch(request.path) if method == request.method else None
        if match:
            return model, {name: unquote(text) for name, text in match.groupdict().items()}
    raise AwsError(
        "UnknownOperationException", f"{request.method} {request.path} is not an operation", 404
    )


@cache
def _routes() -> list[tuple[str, re.Pattern[str], OperationModel]]:
    """Method, path and operation of the REST services."""
    routes = []
    for service in RUNTIMES:
        for name in service_model(service).operation_names:
            model = service_model(service).operation_model(name)
            path = model.http["requestUri"].partition("?")[0]
            # A name may be an ARN, with a slash of its own.
            name_or_arn = r"(?P<\1>(?:arn:[^/]+/)?[^/]+)"
            pattern = re.sub(r"\\\{(\w+)\\\}", name_or_arn, re.escape(path))
            routes.append((model.http["method"], re.compile(pattern), model))
    return routes


# -- the request ---------------------------------------------------------------------------------


def _parse(model: OperationModel, request: HttpRequest, path_values: dict[str, str]) -> Values:
    shape = model.input_shape
    values: Values = {}
    if shape is None:
        return values
    if model.service_model.service_name in TARGETS.values():
        values.update(documents.read(shape, request.body))
        return values
    payload = shape.serialization.get("payload")
    if payload:
        values[payload] = request.body
    else:
        values.update(documents.read(shape, request.body))
    for name, place, key, kind in _located(shape):
        if place == "uri":
            values[name] = path_values[key]
        elif place == "header" and key.lower() in request.headers:
            text = request.headers[key.lower()]
            values[name] = int(text) if kind == "integer" and text.isdecimal() else text
        elif place == "querystring" and key in request.query:
            found = request.query[key]
            values[name] = found if kind == "list" else found[0]
    return values


@cache
def _located(shape: Shape) -> list[tuple[str, str, str, str]]:
    """Members outside the body: name, location, name in that location, and type."""
    return [
        (name, place["location"], place.get("name", name), member.type_name)
        for name, member in shape.members.items()
        if "location" in (place := member.serialization)
    ]


def _remember_tags(cloud: Cloud, model: OperationModel, request: Values, output: Values) -> None:
    """Stores the Tags of a Create operation, in place of those of a deleted resource."""
    arns = [value for name, value in output.items() if name.endswith("Arn")]
    if model.name.startswith("Create") and arns:
        drop_tags(cloud, arns[0])
        put_tags(cloud, arns[0], request.get("Tags", []))


# -- the response --------------------------------------------------------------------------------


def _serialise(model: OperationModel, output: Values) -> HttpResponse:
    shape = model.output_shape
    members = shape.members if shape else {}
    output = {name: value for name, value in output.items() if name in members}
    if model.service_model.service_name in TARGETS.values():
        return HttpResponse(200, {"Content-Type": "application/x-amz-json-1.1"}, _dump(output))
    headers = {"Content-Type": "application/json"}
    for name in [name for name in output if members[name].serialization.get("location")]:
        headers[members[name].serialization["name"]] = str(output.pop(name))
    payload = shape.serialization.get("payload") if shape else None
    status = int(model.http.get("responseCode", 200))
    return HttpResponse(status, headers, output[payload] if payload else _dump(output))


def _dump(output: Values) -> bytes:
    return json.dumps(output, default=_plain).encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "timestamp"):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def error_response(error: AwsError) -> HttpResponse:
    """The response of an error, in the form of AWS JSON 1.1 and of REST services."""
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code}
    return HttpResponse(error.status, headers, _dump(body | error.members))
