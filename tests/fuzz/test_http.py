"""Requests to a running embedded AWS, over connections that stay open."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import strategies as st

from localcloud.composition import OPERATIONS
from localcloud.faults.client import PATH
from localcloud.http.wire import CONTROL_PLANE, service_model
from localcloud.server import LocalCloud
from tests.fuzz.cases import fuzz
from tests.fuzz.isolated_cloud import check
from tests.fuzz.shapes import requests
from tests.fuzz.values import deep_json, documents, short_texts

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sagemaker/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
KNOWN = sorted(name for service, name in OPERATIONS if service == CONTROL_PLANE)
_SECONDS = 60
_WAIT_SECONDS = 0.3  # for an answer to bytes, which may be no whole request
Answer = tuple[int, dict[str, str], bytes]


class Connection:
    """One that is kept as long as the server keeps it."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        self._http.request(method, path, body, {"Authorization": SIGNED, **headers})
        response = self._http.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def send(self, content: bytes) -> bytes:
        """What is answered to bytes, on a connection of their own, before it is closed."""
        with socket.create_connection((self._http.host, self._http.port), _SECONDS) as connection:
            connection.sendall(content)
            connection.settimeout(_WAIT_SECONDS)
            try:
                return connection.recv(65536)
            except TimeoutError:
                return b""

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        yield (made := Connection(cloud.endpoint_url))
        made.close()


def _bodies(name: str) -> st.SearchStrategy[tuple[str, bytes]]:
    shape = service_model(CONTROL_PLANE).operation_model(name).input_shape
    shaped = requests(shape) if shape else documents
    body = shaped.map(json.dumps) | deep_json
    return st.tuples(st.just(name), body.map(str.encode) | st.binary(max_size=30))


@fuzz("HTTP", few=30, many=2_000, call=st.sampled_from(KNOWN).flatmap(_bodies))
def test_an_operation_is_answered(connection: Connection, call: tuple[str, bytes]) -> None:
    name, body = call
    status, headers, content = connection.ask(
        "POST", "/", body, {"X-Amz-Target": f"SageMaker.{name}"}
    )
    check(status, headers, content)


PATHS = st.builds(
    lambda start, rest: start + quote(rest, safe="/?&=", errors="replace"),
    st.sampled_from(["/FeatureGroup/", "/BatchGetRecord", "/BatchWriteRecord", "/endpoints/"]),
    short_texts
    | st.sampled_from(
        ["a/invocations", "fuzz", "a?RecordIdentifierValueAsString=a", "a/ListRecords"]
    ),
)
# Without DEL, which HTTP has in no header (RFC 9110, 5.5):
# packages/localcloud/tests/http/test_server.py.
CHARACTERS = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Accept", "X-Amzn-SageMaker-Target-Model", "Expect", "X-Odd"]),
    st.text(CHARACTERS, max_size=20),
    max_size=2,
)  # fmt: skip


@fuzz(
    "HTTP",
    few=30,
    many=1_500,
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    path=PATHS,
    headers=HEADERS,
    body=st.binary(max_size=40)
    | documents.map(json.dumps).map(str.encode)
    | deep_json.map(str.encode),
)
def test_a_path_is_answered(
    connection: Connection, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    status, headers, content = connection.ask(method, path, body, headers)
    check(status, headers, content)


@fuzz(
    "faults",
    few=20,
    many=500,
    body=st.binary(max_size=20) | (documents.map(json.dumps) | deep_json).map(str.encode),
)
def test_a_wish_for_a_fault_is_answered(connection: Connection, body: bytes) -> None:
    status, _, content = connection.ask("POST", PATH, body, {})
    answer: Any = json.loads(content)
    assert status == 400, answer
    assert answer["message"]


HEADS = st.sampled_from(
    [
        b"PUT /FeatureGroup/fuzz HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /BatchGetRecord HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
        b"GET /FeatureGroup/fuzz?RecordIdentifierValueAsString=a HTTP/1.1\r\n\r\n",
    ]
)


@st.composite
def _bytes(draw: st.DrawFn) -> bytes:
    content = draw(HEADS)
    at = draw(st.integers(0, len(content)))
    piece = st.sampled_from([b"\r\n", b": ", b"\0", b"\xff", b"%", b"%2F", b" ", b"9" * 5000, b"?"])
    return content[:at] + draw(piece | st.binary(max_size=4)) + content[at:]


@fuzz("HTTP", few=30, many=1_000, content=_bytes())
def test_bytes_are_answered_or_refused(connection: Connection, content: bytes) -> None:
    answer = connection.send(content)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")  # nothing while more is awaited
    assert not answer.startswith(b"HTTP/1.1 5")
    assert connection.ask("GET", "/FeatureGroup/fuzz", b"", {})[0] == 400  # it serves on
