"""How a transform job divides an object into requests: the whole object, one line each, or as many
lines as fit.

As in AWS's own local mode, a record is a line with its end, and a request is one record after the
other. Not emulated: RecordIO, TFRecord, chunked encoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_MEGABYTE = 1024 * 1024


class PayloadTooLarge(Exception):
    """An object that is not split, or one of its records, exceeds MaxPayloadInMB."""


@dataclass(frozen=True)
class Batching:
    """SplitType, BatchStrategy and MaxPayloadInMB."""

    by_line: bool = False
    single_record: bool = False
    megabytes: int = 6

    def payloads(self, content: IO[bytes]) -> Iterator[bytes]:
        limit, payload = self.megabytes * _MEGABYTE, bytearray()
        for record in self._records(content, limit):
            if len(record) > limit:
                raise PayloadTooLarge(f"a record is larger than MaxPayloadInMB={self.megabytes}")
            if payload and (self.single_record or len(payload) + len(record) > limit):
                yield bytes(payload)
                payload.clear()
            payload += record
        if payload:
            yield bytes(payload)

    def _records(self, content: IO[bytes], limit: int) -> Iterator[bytes]:
        """The records. One above the limit is read no further than shows that it is too large."""
        if not self.by_line:
            return iter([content.read(limit + 1)])
        return iter(lambda: content.readline(limit + 1), b"")
