"""Requests on records as they arrive on a connection: in pieces, together, and broken."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from localcloud.server import LocalCloud
from worlds.feature_world import Client, clients, found, online_group, record

GROUP = "strict"


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> Client:
    make = clients(cloud.data_dir)
    online_group(make, GROUP)
    return make


def put_bytes(identity: str, *headers: str) -> bytes:
    body = json.dumps({"Record": record(identity)}).encode()
    lines = [
        f"PUT /FeatureGroup/{GROUP} HTTP/1.1",
        "Host: localhost",
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/sagemaker/aws4_request",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
def connection(cloud: LocalCloud, client: Client) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", urlsplit(cloud.endpoint_url).port)) as opened:
        opened.settimeout(60)
        yield opened


def answers(connection: socket.socket, number: int) -> bytes:
    """All that comes until so many answers, each an empty object, have come."""
    received = b""
    while received.count(b"{}") < number:
        more = connection.recv(65536)
        assert more, received
        received += more
    return received


def test_requests_may_come_in_pieces_and_together(
    client: Client, connection: socket.socket
) -> None:
    first, second = put_bytes("p1"), put_bytes("p2")
    for piece in (first[:20], first[20:-5], first[-5:] + second[:40], second[40:]):
        connection.sendall(piece)
    assert answers(connection, 2).count(b"HTTP/1.1 200 OK") == 2
    connection.sendall(put_bytes("p3") + put_bytes("p4"))
    assert answers(connection, 2).count(b"HTTP/1.1 200 OK") == 2
    runtime = client("sagemaker-featurestore-runtime")
    names = ["p1", "p2", "p3", "p4"]
    kept = runtime.batch_get_record(
        Identifiers=[{"FeatureGroupName": GROUP, "RecordIdentifiersValueAsString": names}]
    )
    assert [item["RecordIdentifierValueAsString"] for item in kept["Records"]] == names


def test_unusual_requests_and_those_to_other_services_share_the_connection(
    connection: socket.socket,
) -> None:
    connection.sendall(put_bytes("u1"))
    answers(connection, 1)
    connection.sendall(b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200 OK" in connection.recv(65536)
    unusual = put_bytes("u2", "Expect: 100-continue")
    connection.sendall(unusual)
    assert b"HTTP/1.1 100 Continue" in answers(connection, 1)
    connection.sendall(put_bytes("u3"))
    assert b"HTTP/1.1 200 OK" in answers(connection, 1)
    connection.sendall(put_bytes("u4", "Connection: close"))
    assert b"HTTP/1.1 200 OK" in answers(connection, 1)
    assert connection.recv(65536) == b""


def test_garbage_is_refused(connection: socket.socket) -> None:
    connection.sendall(b"PUT /FeatureGroup/x HTTP/1.1\r\nno header\r\n\r\n")
    assert b"HTTP/1.1 400" in connection.recv(65536)


def test_faults_hit_records_too(cloud: LocalCloud, client: Client) -> None:
    cloud.faults.add("error", "sagemaker:GetRecord", times=1, status=503)
    runtime = client("sagemaker-featurestore-runtime")
    answer = found(runtime, GROUP, "nobody")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    cloud.faults.clear()
