"""Clients that take as little of the processors as they can, since the server shares them."""

import json
import re
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
_TIMEOUT = 60
_STEP = 97  # each client starts that many requests further on


def requests_of(texts: Sequence[str]) -> list[bytes]:
    """Whole HTTP requests, one text each."""
    bodies = [json.dumps({"features": [text]}).encode() + b"\n" for text in texts]
    return [
        b"POST /invocations HTTP/1.1\r\nHost: endpoint\r\nContent-Type: application/jsonlines\r\n"
        b"Accept: application/jsonlines\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        for body in bodies
    ]


@dataclass(frozen=True)
class Load:
    """Requests to a server on this machine, over connections that stay open."""

    port: int
    requests: Sequence[bytes]

    def run(self, *, clients: int, requests: int = 0, seconds: float = 0) -> list[float]:
        """Each client sends so many requests, or for so long; the seconds that each one took."""
        end = time.perf_counter() + seconds
        durations: list[float] = []
        lock = threading.Lock()

        def client(number: int) -> None:
            taken = []
            with socket.create_connection(("127.0.0.1", self.port), timeout=_TIMEOUT) as connection:
                while len(taken) < requests or time.perf_counter() < end:
                    at = (number * _STEP + len(taken)) % len(self.requests)
                    started = time.perf_counter()
                    _ask(connection, self.requests[at])
                    taken.append(time.perf_counter() - started)
            with lock:
                durations.extend(taken)

        with ThreadPoolExecutor(clients) as pool:
            for future in [pool.submit(client, number) for number in range(clients)]:
                future.result()
        return durations


def _ask(connection: socket.socket, request: bytes) -> None:
    """Raises RuntimeError for any answer but 200."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise RuntimeError(answer[:300].decode(errors="replace"))
    while len(body) < int(length[1]):
        body += _received(connection)


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise RuntimeError("the server closed the connection")
    return part
