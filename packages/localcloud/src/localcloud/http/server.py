"""The HTTP server: uvicorn with httptools, on a socket that is bound before anything else starts.

HTTP/1.1 only. Keep-alive, `Expect: 100-continue`, chunked bodies and WebSockets are uvicorn's work.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
# The name of an ASGI extension of ours: closes the connection of the request without a response.
CLOSE = "localcloud.close"
_IDLE_SECONDS = 75  # an Elastic Load Balancer has 60; SDKs reconnect
_SHUTDOWN_SECONDS = 3  # for requests that are under way when the server ends


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol; its requests have an extension that closes their connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CLOSE: {"close": self.transport.close}}


class Server(uvicorn.Server):
    """Serves until `stop` is called. The caller handles signals."""

    def __init__(self, application: Asgi, started: Callable[[], None]) -> None:
        """`started` is called once, when the first request can be answered."""
        super().__init__(
            uvicorn.Config(
                application,
                http=_Protocol,
                ws="wsproto",
                interface="asgi3",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody is in front of it
                server_header=False,
                date_header=False,  # applications send the date
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            )
        )
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(port: int) -> socket.socket:
    """A socket of the loopback interface that does not listen yet; `port` 0 is any free port."""
    # asyncio sets TCP_NODELAY only where the protocol is named. uvicorn writes the head and the
    # body of a response separately, so that without it the body waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    return listener


async def read_body(receive: Any) -> bytes | None:
    """The body of a request; None where the client has disconnected before its end."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def send_response(send: Any, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Sends a whole response, with its length."""
    found = {**headers, "Content-Length": str(len(body))}
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Any, status: int, document: Any) -> None:
    """Sends a document as the response of one of localcloud's own paths."""
    headers = {"Content-Type": "application/json"}
    await send_response(send, status, headers, json.dumps(document).encode())


async def close_without_response(scope: dict[str, Any], receive: Any) -> None:
    """Closes the connection of a request, and returns when it is closed."""
    scope["extensions"][CLOSE]["close"]()
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
