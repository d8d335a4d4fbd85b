"""What is answered in front of ministack, and what is handed on to it."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.composition import open_regions, shutdown
from localcloud.core.regions import Regions
from localcloud.faults.registry import Faults
from localcloud.ministack.data_plane import DataPlane
from worlds.wire_client import NOWHERE

PUT = ("PUT", "/FeatureGroup/reviews")
SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/{}/{}/aws4_request, Signature=0"
Headers = dict[str, str]


@pytest.fixture
def regions(tmp_path: Path) -> Iterator[Regions]:
    regions = open_regions(NOWHERE, tmp_path)
    yield regions
    for cloud in regions:
        shutdown(cloud)
        cloud.store.close()


def signed(service: str, region: str = "us-east-1") -> tuple[str, str]:
    return "authorization", SCOPE.format(region, service)


class Behind:
    """The application behind the data plane: it says that it was asked."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"handed on"})


def ask(
    regions: Regions,
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
        application = DataPlane(regions, threads, lambda: enforced, Behind())
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
def test_records_and_invocations_are_answered(regions: Regions, method: str, path: str) -> None:
    status, headers, body = ask(regions, method, path, signed("sagemaker"))
    assert 400 <= status < 500
    assert json.loads(body)["__type"] == headers["x-amzn-ErrorType"]
    assert headers["Content-Length"] == str(len(body))
    assert headers["Date"].endswith(" GMT")
    assert headers["x-amzn-RequestId"]


def test_the_query_and_the_parts_of_a_body_are_read(regions: Regions) -> None:
    chunks = (b'{"Record": [', b'{"FeatureName": "a"', b", \xff")
    assert b"SerializationException" in ask(regions, *PUT, chunks=chunks)[2]
    without, identity = "/FeatureGroup/reviews", "?RecordIdentifierValueAsString="
    assert b"ValidationException" in ask(regions, "GET", without)[2]
    assert b"ResourceNotFound" in ask(regions, "GET", without + identity)[2]


def test_a_client_that_is_gone_before_its_end_gets_no_answer(regions: Regions) -> None:
    assert ask(regions, *PUT, chunks=()) == (0, {}, b"")


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
def test_other_paths_are_handed_on(regions: Regions, method: str, path: str) -> None:
    assert is_handed_on(ask(regions, method, path))


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
        [signed("sagemaker", "nowhere-1")],
    ],
)
def test_unusual_requests_are_handed_on(regions: Regions, headers: list[tuple[str, str]]) -> None:
    assert is_handed_on(ask(regions, *PUT, *headers))


def test_a_request_that_is_signed_in_its_address_is_handed_on(regions: Regions) -> None:
    assert is_handed_on(ask(regions, "PUT", "/FeatureGroup/reviews?X-Amz-Credential=test"))


def test_a_request_is_answered_by_the_region_that_it_is_signed_for(regions: Regions) -> None:
    there = regions.cloud("eu-west-1")
    there.store.put("feature-group", "reviews", {"FeatureGroupStatus": "Creating"})
    asked = ("GET", "/FeatureGroup/reviews?RecordIdentifierValueAsString=1")
    assert b"status Creating" in ask(regions, *asked, signed("sagemaker", "eu-west-1"))[2]
    assert b"ResourceNotFound" in ask(regions, *asked, signed("sagemaker"))[2]


def test_an_object_of_a_bucket_that_is_named_endpoints_is_handed_on(regions: Regions) -> None:
    request = ("POST", "/endpoints/key?uploads", signed("s3"))
    assert is_handed_on(ask(regions, *request))


def test_requests_are_handed_on_while_iam_is_enforced_or_a_fault_is_set(
    regions: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_handed_on(ask(regions, *PUT))
    assert is_handed_on(ask(regions, *PUT, enforced=True))
    monkeypatch.setattr(regions.home.service(Faults), "any", True)
    assert is_handed_on(ask(regions, *PUT))
