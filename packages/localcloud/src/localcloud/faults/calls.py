"""The operation of a request, by botocore's service models, such as `s3:UploadPart`.

The actions of policies are not enough: every operation of a multipart upload is `s3:PutObject`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs

from botocore.model import OperationModel

from localcloud.core.cloud import Operations
from localcloud.faults.fault import CAPACITY_CALLS, KINDS, OFFLINE_STORE, Fault, FaultError
from localcloud.http.wire import CONTROL_PLANE, RUNTIMES, HttpRequest, service_model

_FORM = "application/x-www-form-urlencoded"
_LABEL = re.compile(r"\\\{\w+(\\\+)?\\\}")
_LONGEST_BODY = 65_536  # bytes that are searched for `matching`


@dataclass(frozen=True)
class Service:
    """`handler` is ministack's name of the service; `sdk` is the one in state machines, if any."""

    handler: str
    models: tuple[str, ...]
    sdk: str = ""


# By the prefix that actions of policies have.
SERVICES: Mapping[str, Service] = {
    "application-autoscaling": Service("application-autoscaling", ("application-autoscaling",)),
    "athena": Service("athena", ("athena",), "athena"),
    "cloudformation": Service("cloudformation", ("cloudformation",)),
    "cloudwatch": Service("monitoring", ("cloudwatch",), "cloudwatch"),
    "ecr": Service("ecr", ("ecr",), "ecr"),
    "events": Service("events", ("events",), "eventbridge"),
    "glue": Service("glue", ("glue",), "glue"),
    "iam": Service("iam", ("iam",), "iam"),
    "kms": Service("kms", ("kms",), "kms"),
    "lambda": Service("lambda", ("lambda",), "lambda"),
    "logs": Service("logs", ("logs",), "cloudwatchlogs"),
    "s3": Service("s3", ("s3",), "s3"),
    "sagemaker": Service("sagemaker", (CONTROL_PLANE, *RUNTIMES), "sagemaker"),
    "servicequotas": Service("servicequotas", ("service-quotas",)),
    "sns": Service("sns", ("sns",), "sns"),
    "ssm": Service("ssm", ("ssm",), "ssm"),
    "states": Service("states", ("stepfunctions",), "sfn"),
    "sts": Service("sts", ("sts",), "sts"),
}


def check_call(fault: Fault, known: Operations) -> None:
    """Raises FaultError for an operation that no fault of this kind can hit.

    `known` are the operations of localcloud itself.
    """
    target = KINDS[fault.kind].target
    if target == "capacity" and fault.call not in CAPACITY_CALLS:
        raise FaultError(f"No capacity for {fault.call!r}; allowed are: {_join(CAPACITY_CALLS)}")
    if target != "operation" or (fault.kind == "slow" and fault.call == OFFLINE_STORE):
        return
    prefix, _, operation = fault.call.partition(":")
    if prefix not in SERVICES:
        raise FaultError(f"Unknown service {prefix!r}; allowed are: {_join(SERVICES)}")
    allowed = operations(prefix, known)
    if operation not in allowed:
        raise FaultError(
            f"Unknown operation {operation!r} of {prefix}; allowed are: {_join(allowed)}"
        )


def _join(names: Mapping[str, Service] | tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)


def operations(prefix: str, known: Operations) -> list[str]:
    """Names of a service's operations; of localcloud's own services only those that it supports."""
    models = SERVICES[prefix].models
    own = sorted(name for service, name in known if service in models)
    return own or list(service_model(models[0]).operation_names)


def operation_model(call: str) -> OperationModel:
    """botocore's model of `prefix:Operation`."""
    prefix, _, name = call.partition(":")
    models = (service_model(model) for model in SERVICES[prefix].models)
    return next(model.operation_model(name) for model in models if name in model.operation_names)


def request_text(request: HttpRequest) -> str:
    """The text of a request that is searched for `matching` of a fault, and logged."""
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    body = request.body[:_LONGEST_BODY].decode(errors="replace")
    return f"{request.method} {request.path}{'?' if query else ''}{query} {body}"


# -- the operation of a request ------------------------------------------------------------------


def operation_of(prefix: str, request: HttpRequest) -> str | None:
    """`prefix:Operation`; None if the request matches no operation of the service."""
    target = request.headers.get("x-amz-target", "")
    name = target.rpartition(".")[2] or _action(request) or _by_path(prefix, request)
    return f"{prefix}:{name}" if name else None


def _action(request: HttpRequest) -> str:
    """The operation's name in the query protocol, and in CBOR, which CloudWatch's clients use."""
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return request.path.rpartition("/operation/")[2]
    if not request.headers.get("content-type", "").startswith(_FORM):
        return ""
    form = parse_qs(request.body.decode(errors="replace"))
    return (form.get("Action") or [""])[0]


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, str]  # required parameters; "" is any value
    headers: tuple[str, ...]

    def fits(self, request: HttpRequest) -> bool:
        return (
            self.method == request.method
            and self.path.fullmatch(request.path) is not None
            and all(_has(request.query, *wanted) for wanted in self.query.items())
            and all(name in request.headers for name in self.headers)
        )

    @property
    def weight(self) -> int:
        return len(self.query) + len(self.headers)


def _has(query: Mapping[str, list[str] | str], name: str, value: str) -> bool:
    """State machines send single values, clients send lists."""
    return name in query and (not value or query[name] in (value, [value]))


def _by_path(prefix: str, request: HttpRequest) -> str:
    """The operation whose route matches most of the request's query and headers."""
    fitting = [route for route in _routes(prefix) if route.fits(request)]
    return max(fitting, key=lambda route: route.weight).operation if fitting else ""


@cache
def _routes(prefix: str) -> list[_Route]:
    models = [service_model(model) for model in SERVICES[prefix].models]
    return [
        _route(model.operation_model(name))
        for model in models
        if model.metadata["protocol"].startswith("rest")
        for name in model.operation_names
    ]


def _route(model: OperationModel) -> _Route:
    path, _, query = model.http["requestUri"].partition("?")
    pattern = _LABEL.sub(lambda label: ".+" if label[1] else "[^/]+", re.escape(path))
    fixed = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
    required = {"querystring": dict.fromkeys(fixed, ""), "header": {}}
    shape = model.input_shape
    for name in shape.required_members if shape else []:
        place = shape.members[name].serialization
        if place.get("location") in required:
            required[place["location"]][place["name"]] = ""
    return _Route(
        operation=model.name,
        method=model.http["method"],
        path=re.compile(pattern.rstrip("/") + "/?"),
        query=required["querystring"] | fixed,
        headers=tuple(name.lower() for name in required["header"]),
    )
