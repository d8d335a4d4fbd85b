"""SageMaker's data plane in front of ministack: records of the Feature Store, and invocations.

SDKs ingest a data set with a request for each record, and ministack's way to a handler takes
several times as long as the Feature Store takes to keep one. Handed on to ministack is everything
else, and what is unusual in any way: a request while IAM is enforced or a fault is set, with a body
that is encoded, large or of unknown length, or signed for another service or for no region.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from email.utils import formatdate
from functools import partial
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.core.regions import Regions
from localcloud.faults.registry import Faults
from localcloud.features.online import OnlineStore
from localcloud.http import wire
from localcloud.http.server import Asgi, read_body, send_response

_INVOCATION = "/endpoints/"
_PATHS = {
    "POST": (_INVOCATION, "/FeatureGroup/", "/BatchGetRecord", "/BatchWriteRecord"),
    "PUT": ("/FeatureGroup/",),
    "GET": ("/FeatureGroup/",),
    "DELETE": ("/FeatureGroup/",),
}
_UNUSUAL = {"content-encoding", "transfer-encoding", "upgrade"}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
_SCOPE = re.compile(r"Credential=[^/]*/[^/]*/(?P<region>[^/]*)/(?P<service>[^/]*)/")
_IN_QUERY = b"X-Amz-Credential"  # in the query of a presigned request
_LARGEST = 4 * 2**20  # bytes of a body
_DIGITS = len(str(_LARGEST))
_LOGGER = logging.getLogger(__name__)
_Waiting = tuple[wire.HttpRequest, "asyncio.Future[wire.HttpResponse]"]


class DataPlane:
    """Keeps records that arrive together in one transaction, which is cheaper than many."""

    def __init__(
        self, regions: Regions, threads: Executor, is_enforced: Callable[[], bool], serve: Asgi
    ) -> None:
        """`is_enforced()`: whether IAM is enforced. `serve`: the application behind this one."""
        self._regions, self._threads = regions, threads
        self._faults = regions.home.service(Faults)
        self._is_enforced, self._serve = is_enforced, serve
        self._waiting: dict[Cloud, list[_Waiting]] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = self._headers(scope)
        cloud = None if headers is None else self._cloud(headers)
        if headers is None or cloud is None:
            await self._serve(scope, receive, send)
            return
        body = await read_body(receive)
        if body is None:  # the client has disconnected
            return
        path: str = scope["path"]
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        request = wire.HttpRequest(scope["method"], path, headers, query, body)
        respond = self._invoke if path.startswith(_INVOCATION) else self._keep
        await _send(send, await respond(cloud, request))

    def _headers(self, scope: dict[str, Any]) -> dict[str, str] | None:
        """The headers of a request that is served here; None for one that is handed on."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS.get(scope["method"], ())):
            return None
        if self._is_enforced() or self._faults.any or _IN_QUERY in scope["query_string"]:
            return None
        found = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        are_unusual = len(found) < len(scope["headers"]) or not found.keys().isdisjoint(_UNUSUAL)
        is_small = _is_small(found.get("content-length", "0"))
        return found if is_small and not are_unusual else None

    def _cloud(self, headers: dict[str, str]) -> Cloud | None:
        """The region that a request is signed for; None for another service, or for no region."""
        scope = _SCOPE.search(headers.get("authorization", ""))
        if scope is None:
            return self._regions.home
        if scope["service"] != "sagemaker":
            return None
        try:
            return self._regions.cloud(scope["region"])
        except AwsError:
            return None

    def _invoke(
        self, cloud: Cloud, request: wire.HttpRequest
    ) -> "asyncio.Future[wire.HttpResponse]":
        """Invokes an endpoint in a thread, which waits for the model."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, partial(wire.respond, cloud, request))

    def _keep(self, cloud: Cloud, request: wire.HttpRequest) -> "asyncio.Future[wire.HttpResponse]":
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._respond_to_all)
        future = loop.create_future()
        self._waiting.setdefault(cloud, []).append((request, future))
        return future

    def _respond_to_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for cloud, requests in waiting.items():
            _respond(cloud, requests)


def _respond(cloud: Cloud, waiting: list[_Waiting]) -> None:
    """Serves requests of one region in one transaction."""
    try:
        with cloud.service(OnlineStore).transaction():
            responses = [wire.respond(cloud, request) for request, _ in waiting]
    except Exception as error:  # such as a full disk: no record is kept
        _LOGGER.exception("keeping %d records", len(waiting))
        failure = AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500)
        responses = [wire.error_response(failure)] * len(waiting)
    for (_, future), response in zip(waiting, responses, strict=True):
        if not future.done():  # the request may have been cancelled
            future.set_result(response)


def _is_small(length: str) -> bool:
    return length.isdecimal() and len(length) <= _DIGITS and int(length) <= _LARGEST


async def _send(send: Any, response: wire.HttpResponse) -> None:
    own = {"Date": formatdate(usegmt=True), "x-amzn-RequestId": str(uuid4())}
    await send_response(send, response.status, {**response.headers, **own}, response.body)
