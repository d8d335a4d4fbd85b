"""SageMaker and its scaling in ministack: for clients, and for the tasks of state machines."""

import asyncio
from concurrent.futures import Executor
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.http import wire
from localcloud.ministack.seam import Answer

_THREADS = 64  # operations that may be under way at once; an invocation holds one while it waits
# How the SDK for Java, and so Step Functions, names SageMaker's errors. What the service's model
# does not have, like ValidationException, has the service's own name.
MODELLED = ("ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound")


def serve(cloud: Cloud, app: Any, router: Any, threads: Executor) -> None:

    async def respond(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | str,
        query: dict[str, list[str]],
    ) -> Answer:
        content = body.encode() if isinstance(body, str) else body or b""
        names = {name.lower(): value for name, value in headers.items()}
        request = wire.HttpRequest(method, path, names, query, content)
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(threads, wire.respond, cloud, request)
        return response.status, response.headers, response.body

    app.SERVICE_HANDLERS["sagemaker"] = respond
    router.SERVICE_PATTERNS["sagemaker"] = {
        "target_prefixes": ["SageMaker."],
        "host_patterns": [r"sagemaker\."],
    }
    app.SERVICE_HANDLERS["application-autoscaling"] = respond
    router.SERVICE_PATTERNS["application-autoscaling"] = {
        "target_prefixes": ["AnyScaleFrontendService."],
        "host_patterns": [r"application-autoscaling\."],
    }
    app.SERVICE_HANDLERS["servicequotas"] = respond
    router.SERVICE_PATTERNS["servicequotas"] = {
        "target_prefixes": ["ServiceQuotasV20190624."],
        "host_patterns": [r"servicequotas\."],
    }


def offer_to_state_machines(stepfunctions: Any) -> None:
    stepfunctions._AWS_SDK_SERVICE_MAP["sagemaker"] = {
        "target_prefix": "SageMaker",
        "protocol": "json",
    }
    stepfunctions._AWS_SDK_ERROR_PREFIX["sagemaker"] = "SageMaker"
    prefixed = stepfunctions._prefix_sdk_error

    def named(service: str, code: str) -> Any:
        if service == "sagemaker":
            name = code.removesuffix("Exception") if code in MODELLED else "SageMaker"
            code = f"{name}Exception"
        return prefixed(service, code)

    stepfunctions._prefix_sdk_error = named
