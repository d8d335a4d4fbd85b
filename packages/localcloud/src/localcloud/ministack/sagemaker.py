"""SageMaker and its scaling in ministack: for clients, and for the tasks of state machines."""

import asyncio
from collections.abc import Callable
from typing import Any

from localcloud.core.errors import AwsError
from localcloud.http import wire
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response

# How the SDK for Java, and so Step Functions, names SageMaker's errors. What the service's model
# does not have, like ValidationException, has the service's own name.
MODELLED = ("ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound")
# By the name that requests are signed for: how X-Amz-Target begins.
_SERVICES = {
    "sagemaker": "SageMaker.",
    "application-autoscaling": "AnyScaleFrontendService.",
    "servicequotas": "ServiceQuotasV20190624.",
}


def serve_requests(ministack: Ministack) -> Handler:
    async def respond(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | str,
        query: dict[str, list[str]],
    ) -> Response:
        content = body.encode() if isinstance(body, str) else body or b""
        names = {name.lower(): value for name, value in headers.items()}
        request = wire.HttpRequest(method, path, names, query, content)
        try:
            cloud = ministack.cloud
        except AwsError as error:
            response = wire.error_response(error)
        else:
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(ministack.threads, wire.respond, cloud, request)
        return response.status, response.headers, response.body

    return respond


def route_requests(_ministack: Ministack, service: str) -> dict[str, list[str]]:
    return {"target_prefixes": [_SERVICES[service]], "host_patterns": [rf"{service}\."]}


# -- state machines ------------------------------------------------------------------------------


def call_by_json(_ministack: Ministack) -> dict[str, str]:
    return {"target_prefix": "SageMaker", "protocol": "json"}


def prefix_errors(_ministack: Ministack) -> str:
    return "SageMaker"


def name_errors(
    _ministack: Ministack, prefixed: Callable[[str, str], Any]
) -> Callable[[str, str], Any]:
    def named(service: str, code: str) -> Any:
        if service == "sagemaker":
            name = code.removesuffix("Exception") if code in MODELLED else "SageMaker"
            code = f"{name}Exception"
        return prefixed(service, code)

    return named


_UPSTREAM = "SageMaker, Application Auto Scaling and Service Quotas are not served"
_TASKS = "Step Functions: SDK integrations of SageMaker (`aws-sdk:sagemaker:…`) are refused"
_TESTS = {
    "sagemaker": "ministack/test_tagging.py::test_resources_are_found_by_tag_and_type",
    "application-autoscaling": "autoscaling/test_scaling.py::test_what_is_not_there_cannot_go",
    "servicequotas": "jobs/test_service_quotas.py::test_quotas_come_in_pages",
}
PATCHES = (
    *(
        Patch(
            target=f"app:SERVICE_HANDLERS[{service}]",
            make=serve_requests,
            why="localcloud serves SageMaker, its scaling and its quotas",
            upstream=_UPSTREAM,
            test=test,
            is_new=True,
        )
        for service, test in _TESTS.items()
    ),
    *(
        Patch(
            target=f"core.router:SERVICE_PATTERNS[{service}]",
            make=route_requests,
            options={"service": service},
            why="requests are routed by X-Amz-Target or by their host",
            upstream=_UPSTREAM,
            test="ministack/test_sagemaker.py"
            "::test_a_request_without_a_signature_is_routed_by_its_target",
            is_new=True,
        )
        for service in _TESTS
    ),
    Patch(
        target="services.stepfunctions:_AWS_SDK_SERVICE_MAP[sagemaker]",
        make=call_by_json,
        why="tasks call SageMaker",
        upstream=_TASKS,
        test="ministack/stepfunctions/test_redrives.py::test_a_redrive_goes_on_with_the_state_that_failed",
        is_new=True,
    ),
    Patch(
        target="services.stepfunctions:_AWS_SDK_ERROR_PREFIX[sagemaker]",
        make=prefix_errors,
        why="errors of tasks begin with `SageMaker.`, as in the SDK for Java",
        upstream=_TASKS,
        test="ministack/faults/test_state_machines.py::test_a_task_fails_with_the_name_that_the_sdk_has_for_it",
        is_new=True,
    ),
    Patch(
        target="services.stepfunctions:_prefix_sdk_error",
        make=name_errors,
        why="errors of SageMaker's model have names of their own, all others `SageMakerException`",
        upstream=_TASKS,
        test="ministack/stepfunctions/test_redrives.py::test_a_redrive_goes_on_with_the_state_that_failed",
    ),
)
