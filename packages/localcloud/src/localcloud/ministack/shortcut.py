"""Records of the Feature Store and invocations are answered where the bytes of requests arrive.

SDKs ingest a data set with a request for each record, and hypercorn and ministack take ten times
as long to hand one over as the Feature Store takes to keep it. What is unusual in any way goes the
long way: while IAM is enforced or a fault is set, with headers that ask for more, when too large.
"""

import asyncio
import logging
import time
from concurrent.futures import Executor
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import uuid4

import h11
import hypercorn.protocol
from hypercorn.events import Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.faults.registry import Faults
from localcloud.features.online import OnlineStore
from localcloud.http import wire
from localcloud.ministack.seam import require

_INVOCATIONS = "/endpoints/"
_BEGINNINGS = (
    b"POST /endpoints/",
    b"PUT /FeatureGroup/",
    b"GET /FeatureGroup/",
    b"DELETE /FeatureGroup/",
    b"POST /FeatureGroup/",
    b"POST /BatchGetRecord ",
    b"POST /BatchWriteRecord ",
)
_PROTOCOL = " HTTP/1.1"
_UNUSUAL = ("connection", "content-encoding", "expect", "transfer-encoding", "upgrade")
_LARGEST = 4 * 2**20  # bytes
_DIGITS = len(str(_LARGEST))
_RENEWAL_SECONDS = 10.0  # well below the seconds after which hypercorn ends an idle connection
_LOGGER = logging.getLogger(__name__)


def install(cloud: Cloud, app: Any, threads: Executor) -> None:
    require(app, "AUTH")
    require(hypercorn.protocol, "H11Protocol", "ProtocolWrapper")
    protocol: Any = hypercorn.protocol
    protocol.H11Protocol = partial(_Protocol, _Shortcut(cloud, app, threads))


class _Shortcut:
    """Answers together what records arrive together: one transaction is cheaper than many."""

    def __init__(self, cloud: Cloud, app: Any, threads: Executor) -> None:
        self._cloud, self._app, self._threads = cloud, app, threads
        self._waiting: list[tuple[wire.HttpRequest, asyncio.Future[bytes]]] = []

    def is_open(self) -> bool:
        return not (self._app.AUTH or self._cloud.service(Faults).any)

    def answer(self, request: wire.HttpRequest) -> "asyncio.Future[bytes]":
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_all)
        answer = loop.create_future()
        self._waiting.append((request, answer))
        return answer

    def invoke(self, request: wire.HttpRequest) -> "asyncio.Future[bytes]":
        """Waits for the model in a thread."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(
            self._threads, lambda: _bytes(wire.respond(self._cloud, request))
        )

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
            if not answer.done():  # its connection may be gone
                answer.set_result(_bytes(response))


class _Protocol(H11Protocol):
    """hypercorn's, which sees nothing of the requests that take the short way."""

    def __init__(self, shortcut: _Shortcut, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._shortcut = shortcut
        self._unread = b""
        self._renewed = time.monotonic()

    async def handle(self, event: Event) -> None:
        if isinstance(event, RawData) and (self._unread or self._is_beginning(event.data)):
            await self._answer(self._unread + event.data)
        else:
            await super().handle(event)

    def _is_beginning(self, data: bytes) -> bool:
        connection = self.connection
        return (
            data.startswith(_BEGINNINGS)
            and connection.our_state is connection.their_state is h11.IDLE
            and not connection.trailing_data[0]
            and self._shortcut.is_open()
        )

    async def _answer(self, data: bytes) -> None:
        await self._stay_open()
        self._unread = b""
        while data:
            try:
                found = read_request(data)
            except UnusualError:
                await super().handle(RawData(data))
                return
            if found is None:
                self._unread = data
                return
            request, data = found
            if request.path.startswith(_INVOCATIONS):
                await self._invoke(request)
            else:
                await self.send(RawData(await self._shortcut.answer(request)))

    async def _invoke(self, request: wire.HttpRequest) -> None:
        await self.send(Updated(idle=False))  # a model may take longer than idleness may
        answer = await self._shortcut.invoke(request)
        await self.send(RawData(answer))
        await self.send(Updated(idle=True))

    async def _stay_open(self) -> None:
        """hypercorn counts the seconds from the last request that it has seen."""
        if time.monotonic() - self._renewed > _RENEWAL_SECONDS:
            self._renewed = time.monotonic()
            await self.send(Updated(idle=True))


class UnusualError(Exception):
    """Not for the short way."""


def read_request(data: bytes) -> tuple[wire.HttpRequest, bytes] | None:
    """A request and what follows it; None while it is incomplete. Raises UnusualError."""
    if not data.startswith(_BEGINNINGS) or len(data) > _LARGEST:
        raise UnusualError
    head, is_complete, rest = data.partition(b"\r\n\r\n")
    if not is_complete:
        return None
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = _headers(lines)
    method, target = _target(line)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > _DIGITS or int(length) > _LARGEST:
        raise UnusualError
    if len(rest) < int(length):
        return None
    path, _, query = target.partition("?")
    request = wire.HttpRequest(
        method=method,
        path=unquote(path),
        headers=headers,
        query=parse_qs(query, keep_blank_values=True),
        body=rest[: int(length)],
    )
    return request, rest[int(length) :]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name in headers or name in _UNUSUAL or name != name.strip():
            raise UnusualError
        headers[name] = value.strip()
    return headers


def _target(line: str) -> tuple[str, str]:
    method, _, target = line.removesuffix(_PROTOCOL).partition(" ")
    if not line.endswith(_PROTOCOL) or " " in target:
        raise UnusualError
    return method, target


def _bytes(response: wire.HttpResponse) -> bytes:
    headers = {
        **response.headers,
        "Date": formatdate(usegmt=True),
        "x-amzn-RequestId": str(uuid4()),
        "Content-Length": str(len(response.body)),
    }
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body
