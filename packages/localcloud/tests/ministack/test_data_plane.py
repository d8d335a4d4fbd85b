"""What is answered in front of ministack, and what is handed on to it."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.core.cloud import Cloud
from localcloud.faults.registry import Faults
from localcloud.ministack.data_plane import DataPlane
from worlds.wire_client import new_cloud

PUT = ("PUT", "/FeatureGroup/reviews")
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{}/aws4_request, Signature=0"
Headers = dict[str, str]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = new_cloud(tmp_path)
    yield cloud
    cloud.store.close()


class Behind:
    """The application behind the data plane: it says that it was asked."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"handed on"})


def ask(
    cloud: Cloud,
    method: str,
    path: str,
    *headers: tuple[str, str],
    chunks: tuple[bytes, ...] = (b"{}",),
    enforced: bool = False,
) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the answer; nothing if the client is gone before its end."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    received = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ] or [{"type": "http.disconnect"}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return received.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as threads:
        application = DataPlane(cloud, threads, lambda: enforced, Behind())
        asyncio.run(application(scope, receive, send))
    if not sent:
        return 0, {}, b""
    start, body = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, body["body"]


def is_handed_on(answer: tuple[int, Headers, bytes]) -> bool:
    return answer == (299, {}, b"handed on")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        PUT,
        ("GET", "/FeatureGroup/a/b?RecordIdentifierValueAsString=r%201&Empty="),
        ("DELETE", "/FeatureGroup/reviews?EventTime=1&RecordIdentifierValueAsString=1"),
        ("POST", "/FeatureGroup/reviews/ListRecords"),
        ("POST", "/BatchGetRecord"),
        ("POST", "/endpoints/e/invocations"),
    ],
)
def test_records_and_invocations_are_answered(cloud: Cloud, method: str, path: str) -> None:
    status, headers, body = ask(cloud, method, path, ("authorization", SIGNED.format("sagemaker")))
    assert 400 <= status < 500
    assert json.loads(body)["__type"] == headers["x-amzn-ErrorType"]
    assert headers["Content-Length"] == str(len(body))
    assert headers["Date"].endswith(" GMT")
    assert headers["x-amzn-RequestId"]


def test_the_query_and_the_parts_of_a_body_are_read(cloud: Cloud) -> None:
    chunks = (b'{"Record": [', b'{"FeatureName": "a"', b", \xff")
    assert b"SerializationException" in ask(cloud, *PUT, chunks=chunks)[2]
    without, identity = "/FeatureGroup/reviews", "?RecordIdentifierValueAsString="
    assert b"ValidationException" in ask(cloud, "GET", without)[2]
    assert b"ResourceNotFound" in ask(cloud, "GET", without + identity)[2]


def test_a_client_that_is_gone_before_its_end_gets_no_answer(cloud: Cloud) -> None:
    assert ask(cloud, *PUT, chunks=()) == (0, {}, b"")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/bucket/key"),
        ("POST", "/"),
        ("GET", "/endpoints/key"),
        ("HEAD", "/FeatureGroup/key"),
        ("DELETE", "/"),
    ],
)
def test_other_paths_are_handed_on(cloud: Cloud, method: str, path: str) -> None:
    assert is_handed_on(ask(cloud, method, path))


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "4194305")],
        [("content-length", "9" * 5000)],
        [("content-length", "0" * 5000 + "4")],
        [("content-length", "-4")],
        [("content-encoding", "gzip")],
        [("transfer-encoding", "chunked")],
        [("upgrade", "h2c")],
        [("host", "h"), ("host", "h")],
    ],
)
def test_unusual_requests_are_handed_on(cloud: Cloud, headers: list[tuple[str, str]]) -> None:
    assert is_handed_on(ask(cloud, *PUT, *headers))


def test_an_object_of_a_bucket_that_is_named_endpoints_is_handed_on(cloud: Cloud) -> None:
    request = ("POST", "/endpoints/key?uploads", ("authorization", SIGNED.format("s3")))
    assert is_handed_on(ask(cloud, *request))


def test_requests_are_handed_on_while_iam_is_enforced_or_a_fault_is_set(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_handed_on(ask(cloud, *PUT))
    assert is_handed_on(ask(cloud, *PUT, enforced=True))
    monkeypatch.setattr(cloud.service(Faults), "any", True)
    assert is_handed_on(ask(cloud, *PUT))
