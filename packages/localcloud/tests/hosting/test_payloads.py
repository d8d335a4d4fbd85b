"""The requests into which a transform job cuts an object."""

import io
from typing import Any

import pytest

from localcloud.hosting.payloads import Batching, PayloadTooLarge


def payloads(content: bytes, **batching: Any) -> list[bytes]:
    return list(Batching(**batching).payloads(io.BytesIO(content)))


def test_records_fill_requests_up_to_the_limit() -> None:
    line = b"x" * (400 * 1024 - 1) + b"\n"
    assert payloads(line * 5, by_line=True, megabytes=1) == [line * 2, line * 2, line]
    assert payloads(line * 2, by_line=True, single_record=True) == [line, line]
    assert payloads(line * 5) == [line * 5]
    assert payloads(b"") == []


@pytest.mark.parametrize("by_line", [True, False])
def test_a_record_over_the_limit_is_refused(by_line: bool) -> None:
    with pytest.raises(PayloadTooLarge, match="a record is larger than MaxPayloadInMB=1"):
        payloads(b"x" * (1024 * 1024 + 1), by_line=by_line, megabytes=1)
