"""SageMaker's data plane in front of ministack: records of the Feature Store, and invocations.

SDKs ingest a data set with a request for each record, and ministack's way to a handler takes
several times as long as the Feature Store takes to keep one. Handed on to ministack is everything
else, and what is unusual in any way: a request while IAM is enforced or a fault is set, with a body
that is encoded, large or of unknown length, or signed for another service.
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
from localcloud.faults.registry import Faults
from localcloud.features.online import OnlineStore
from localcloud.http import wire
from localcloud.http.server import Asgi

_INVOCATION = "/endpoints/"
_PATHS = {
    "POST": (_INVOCATION, "/FeatureGroup/", "/BatchGetRecord", "/BatchWriteRecord"),
    "PUT": ("/FeatureGroup/",),
    "GET": ("/FeatureGroup/",),
    "DELETE": ("/FeatureGroup/",),
}
_UNUSUAL = {"content-encoding", "transfer-encoding", "upgrade"}
_SERVICE = re.compile(r"Credential=[^/]*/[^/]*/[^/]*/([^/]*)/")
_LARGEST = 4 * 2**20  # bytes of a body
_DIGITS = len(str(_LARGEST))
_LOGGER = logging.getLogger(__name__)


class DataPlane:
    """Answers together what records arrive together: one transaction is cheaper than many."""

    def __init__(
        self, cloud: Cloud, threads: Executor, is_enforced: Callable[[], bool], serve: Asgi
    ) -> None:
        """`is_enforced()` tells whether IAM is; `serve` is the application behind this one."""
        self._cloud, self._threads = cloud, threads
        self._is_enforced, self._serve = is_enforced, serve
        self._waiting: list[tuple[wire.HttpRequest, asyncio.Future[wire.HttpResponse]]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = self._headers(scope)
        if headers is None:
            await self._serve(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:  # the client has gone
            return
        path: str = scope["path"]
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        request = wire.HttpRequest(scope["method"], path, headers, query, body)
        answer = self._invoke if path.startswith(_INVOCATION) else self._keep
        await _send(send, await answer(request))

    def _headers(self, scope: dict[str, Any]) -> dict[str, str] | None:
        """Of a request that is answered here; None for one that is handed on."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS.get(scope["method"], ())):
            return None
        if self._is_enforced() or self._cloud.service(Faults).any:
            return None
        found = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        are_unusual = len(found) < len(scope["headers"]) or not found.keys().isdisjoint(_UNUSUAL)
        service = _SERVICE.search(found.get("authorization", ""))
        is_of_another = service is not None and service[1] != "sagemaker"
        is_small = _is_small(found.get("content-length", "0"))
        return found if is_small and not (are_unusual or is_of_another) else None

    def _invoke(self, request: wire.HttpRequest) -> "asyncio.Future[wire.HttpResponse]":
        """In a thread, which waits for the model."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, partial(wire.respond, self._cloud, request))

    def _keep(self, request: wire.HttpRequest) -> "asyncio.Future[wire.HttpResponse]":
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_all)
        answer = loop.create_future()
        self._waiting.append((request, answer))
        return answer

    def _answer_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            with self._cloud.service(OnlineStore).transaction():
                found = [wire.respond(self._cloud, request) for request, _ in waiting]
        except Exception as error:  # a full disk, say: none of them is kept
            _LOGGER.exception("keeping %d records", len(waiting))
            failure = AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500)
            found = [wire.error_response(failure)] * len(waiting)
        for (_, answer), response in zip(waiting, found, strict=True):
            if not answer.done():  # the request may have been cancelled
                answer.set_result(response)


def _is_small(length: str) -> bool:
    return length.isdecimal() and len(length) <= _DIGITS and int(length) <= _LARGEST


async def _read(receive: Any) -> bytes | None:
    """The body; None if the client has gone before its end."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Any, response: wire.HttpResponse) -> None:
    headers = {
        **response.headers,
        "Date": formatdate(usegmt=True),
        "x-amzn-RequestId": str(uuid4()),
        "Content-Length": str(len(response.body)),
    }
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": lines})
    await send({"type": "http.response.body", "body": response.body})
