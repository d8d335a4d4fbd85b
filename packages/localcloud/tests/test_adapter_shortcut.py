"""Requests in bytes: what takes the short way, and what does not."""

import pytest

from localcloud.ministack.shortcut import UnusualError, read_request

GET = b"GET /FeatureGroup/a%2Fb?RecordIdentifierValueAsString=r%201&Empty= HTTP/1.1\r\nHost: h\r\n"
PUT = b"PUT /FeatureGroup/reviews HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"


def test_a_request_is_read_with_what_follows_it() -> None:
    found = read_request(GET + b"X-Two:  words \r\n\r\n" + PUT)
    assert found is not None
    request, rest = found
    assert (request.method, request.path, request.body) == ("GET", "/FeatureGroup/a/b", b"")
    assert request.query == {"RecordIdentifierValueAsString": ["r 1"], "Empty": [""]}
    assert request.headers == {"host": "h", "x-two": "words"}
    assert rest == PUT
    found = read_request(PUT)
    assert found is not None
    assert (found[0].body, found[1]) == (b"body", b"")


def test_an_invocation_is_read() -> None:
    found = read_request(b"POST /endpoints/e/invocations HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
    assert found is not None
    assert (found[0].method, found[0].path, found[0].body) == (
        "POST",
        "/endpoints/e/invocations",
        b"hi",
    )


@pytest.mark.parametrize("end", [40, len(PUT) - 5, len(PUT) - 1])
def test_a_request_may_be_incomplete(end: int) -> None:
    assert read_request(PUT[:end]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"PUT /bucket/key HTTP/1.1\r\n\r\n",
        PUT.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PUT.replace(b"reviews", b"two words"),
        PUT.replace(b"Length: 4", b"Length: -4"),
        PUT.replace(b"Length: 4", b"Length: 4194305"),
        PUT.replace(b"Host: h", b"Host"),
        PUT.replace(b"Host: h", b"Host: h\r\nHost: h"),
        PUT.replace(b"Host: h", b"Host : h"),
        PUT.replace(b"Host: h", b" Host: h"),
        PUT.replace(b"Host: h", b"Transfer-Encoding: chunked"),
        PUT.replace(b"Host: h", b"Content-Encoding: gzip"),
        PUT.replace(b"Host: h", b"EXPECT: 100-continue"),
    ],
)
def test_the_unusual_goes_the_long_way(data: bytes) -> None:
    with pytest.raises(UnusualError):
        read_request(data)
