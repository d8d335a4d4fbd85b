"""The only file that knows ministack's inside: where our SageMaker service is plugged in.

ministack has no plug-in interface, so this reaches for its tables. The version is pinned, and
`install` fails loudly when one of them has moved.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from localcloud import wire
from localcloud.cloud import Cloud
from localcloud.features import template as feature_group_template

MINISTACK = "1.5.33"
_THREADS = 64  # operations that may be under way at once; an invocation holds one while it waits
_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]


class SeamError(RuntimeError):
    """The installed ministack is not the one this adapter was written for."""


def configure(port: int, data_dir: Path) -> None:
    """ministack reads its settings from the environment while it is imported."""
    os.environ.update(
        {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "STATE_DIR": str(data_dir / "ministack"),
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(data_dir / "s3"),
            "S3_PERSIST": "1",
            # Listeners on fixed ports that nothing here uses.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        }
    )


def install(cloud: Cloud) -> Any:
    """Plugs SageMaker into ministack; returns its ASGI application."""
    found = version("ministack")
    if found != MINISTACK:
        raise SeamError(f"ministack {found} is installed; localcloud needs {MINISTACK}")
    from ministack import app
    from ministack.core import router
    from ministack.services import athena, stepfunctions
    from ministack.services.cloudformation import provisioners, stacks

    try:
        _serve_sagemaker(cloud, app, router)
        stepfunctions._AWS_SDK_SERVICE_MAP["sagemaker"] = {
            "target_prefix": "SageMaker",
            "protocol": "json",
        }
        stepfunctions._AWS_SDK_ERROR_PREFIX["sagemaker"] = "SageMaker"
        _keep_bucket_tags(provisioners)
        _default_bucket_key(app)
        _result_files_where_athena_says(athena)
        provisioners._RESOURCE_HANDLERS[_FEATURE_GROUP] = _feature_group(cloud)
        _off_the_event_loop(stacks)
    except (AttributeError, KeyError) as error:
        raise SeamError(f"ministack {found} has moved {error}") from error
    return app.app


def _serve_sagemaker(cloud: Cloud, app: Any, router: Any) -> None:
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sagemaker")

    async def serve(
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

    app.SERVICE_HANDLERS["sagemaker"] = serve
    router.SERVICE_PATTERNS["sagemaker"] = {
        "target_prefixes": ["SageMaker."],
        "host_patterns": [r"sagemaker\."],
    }


def _keep_bucket_tags(provisioners: Any) -> None:
    """ministack drops a bucket's Tags, by which CDK's auto-delete knows what it may empty."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create = handlers["create"]

    def create_with_tags(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
        if tags:
            provisioners._s3._bucket_tags[name] = tags
        return name, attributes

    handlers["create"] = create_with_tags


def _default_bucket_key(app: Any) -> None:
    """`aws:kms` without a key means the account's aws/s3 key; ministack asks for one."""
    serve: Handler = app.SERVICE_HANDLERS["s3"]

    async def serve_with_key(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Answer:
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and _KEY_HEADER not in headers:
            headers = {**headers, _KEY_HEADER: "alias/aws/s3"}
        return await serve(method, path, headers, body, query)

    app.SERVICE_HANDLERS["s3"] = serve_with_key


def _result_files_where_athena_says(athena: Any) -> None:
    """Puts a query's result where AWS does, which is where clients download it.

    ministack makes <location>/<id>.csv a folder, and takes a location without a slash at its end
    for the beginning of the name.
    """
    start, save, executions = (
        athena._start_query_execution,
        athena._save_query_results,
        athena._executions,
    )

    def start_with_slash(data: dict[str, Any]) -> Any:
        location = data.get("ResultConfiguration", {}).get("OutputLocation", "")
        if location and not location.endswith("/"):
            configuration = {**data["ResultConfiguration"], "OutputLocation": f"{location}/"}
            data = {**data, "ResultConfiguration": configuration}
        return start(data)

    async def save_beside(query_id: str) -> None:
        configuration = executions.get(query_id)["ResultConfiguration"]
        file = configuration["OutputLocation"]
        configuration["OutputLocation"] = file.removesuffix(f"{query_id}.csv")
        try:
            await save(query_id)
        finally:
            configuration["OutputLocation"] = file

    athena._start_query_execution = start_with_slash
    athena._save_query_results = save_beside


def _off_the_event_loop(stacks: Any) -> None:
    """A group is made by calls back into this server, which the event loop must go on serving."""
    runs_on_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind == _FEATURE_GROUP or runs_on_thread(kind)


def _feature_group(cloud: Cloud) -> dict[str, Any]:
    def create(logical_id: str, properties: dict[str, Any], _stack: str) -> Any:
        return feature_group_template.create_from_template(cloud, properties, logical_id)

    def delete(physical_id: str, _properties: dict[str, Any]) -> None:
        feature_group_template.delete_from_template(cloud, physical_id)

    return {"create": create, "delete": delete}
