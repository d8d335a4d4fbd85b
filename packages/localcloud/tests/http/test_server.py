"""The HTTP server on a real socket, with an application that echoes."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.http.server import Server, bind, close_without_response

REQUEST = b"POST /%b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{kind}"
            await send({"type": f"lifespan.{kind}.complete"})
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    if scope["path"] == "/lost":
        await close_without_response(scope, receive)
    if scope["path"] == "/slow":
        await asyncio.sleep(0.5)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


class Running:
    """A server in a thread of its own."""

    def __init__(self) -> None:
        self._listener, self._ready = bind(0), threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.server = Server(echo, self._ready.set)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(30)

    def _run(self) -> None:
        asyncio.run(self.server.serve([self._listener]))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def end(self) -> None:
        self.server.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    found = Running()
    yield found
    found.end()


def read(connection: socket.socket, end: bytes) -> bytes:
    """What comes until `end`, or until the connection is closed."""
    found = b""
    while not found.endswith(end) and (data := connection.recv(65536)):
        found += data
    return found


def test_a_connection_is_kept_for_the_next_request(running: Running) -> None:
    with running.connect() as connection:
        for _ in range(2):
            connection.sendall(REQUEST % b"")
            assert read(connection, b"body").startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_that_arrive_together_are_answered_in_turn(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(REQUEST % b"slow" + (REQUEST % b"").replace(b"body", b"next"))
        answers = read(connection, b"next")
    assert answers.index(b"body") < answers.index(b"next")


def test_a_body_in_chunks_is_read(running: Running) -> None:
    with running.connect() as connection:
        head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")
        assert read(connection, b"body").endswith(b"\r\n\r\nbody")


def test_a_client_that_waits_for_100_continue_gets_it(running: Running) -> None:
    head, body = (REQUEST % b"").split(b"\r\n\r\n")
    with running.connect() as connection:
        connection.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert read(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert read(connection, b"body").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "line",
    [b"Content-Length: -4", b"Content-Length: %b" % (b"9" * 5000), b"Two: \x7f", b"Host : h"],
)
def test_what_is_no_http_is_refused(running: Running, line: bytes) -> None:
    with running.connect() as connection:
        connection.sendall(b"PUT / HTTP/1.1\r\n" + line + b"\r\n\r\n")
        assert read(connection, b"never").startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_lost_answer_is_a_closed_connection(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(REQUEST % b"lost")
        assert read(connection, b"never") == b""


def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    running = Running()
    with running.connect() as idle, running.connect() as connection:
        connection.sendall(REQUEST % b"slow")
        running.server.stop()
        answer = read(connection, b"never")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"body")
        assert read(idle, b"never") == b""
    running.end()


def test_answers_do_not_wait_to_be_sent_together(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(REQUEST % b"")
        read(connection, b"body")
        (accepted,) = running.server.server_state.connections
        found = accepted.transport.get_extra_info("socket")
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_refused(running: Running) -> None:
    with pytest.raises(OSError, match="in use"):
        bind(running.port)
