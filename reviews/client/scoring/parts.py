"""A file's texts as parts: objects of bounded size, which SageMaker shares among instances."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contract.scoring import MOST_BYTES, MOST_TEXTS
from reviews.client.endpoint.predictions import LONGEST_TEXT

_TEXTS, _BYTES = 20_000, 8_000_000  # of a part


@dataclass(frozen=True, kw_only=True)
class Part:
    """`texts` is how many texts the records of `body` have together."""

    number: int
    body: bytes
    texts: int

    @property
    def name(self) -> str:
        return part_name(self.number)


def part_name(number: int) -> str:
    """The name of a part; parts are numbered from 0, in the order of the file."""
    return f"part-{number:06d}.jsonl"


def split(texts: Iterable[str], *, most_texts: int = _TEXTS) -> Iterator[Part]:
    """The texts in their order; only one part is in memory."""
    body, count, number = bytearray(), 0, 0
    for line, size in _records(texts, min(MOST_TEXTS, most_texts)):
        if count and (count + size > most_texts or len(body) + len(line) > _BYTES):
            yield Part(number=number, body=bytes(body), texts=count)
            body, count, number = bytearray(), 0, number + 1
        body += line
        count += size
    if count:
        yield Part(number=number, body=bytes(body), texts=count)


def texts_a_part(texts: int, instances: int) -> int:
    """The number of texts in a part: few enough for every instance to get a part."""
    return max(1, min(_TEXTS, -(-texts // instances)))


def _records(texts: Iterable[str], most: int) -> Iterator[tuple[bytes, int]]:
    """The line of each record, and how many texts it has."""
    record: list[str] = []
    size = 0
    for text in texts:
        encoded = json.dumps(text[:LONGEST_TEXT])
        if record and (len(record) == most or size + len(encoded) > MOST_BYTES):
            yield _line(record), len(record)
            record, size = [], 0
        record.append(encoded)
        size += len(encoded) + 2
    if record:
        yield _line(record), len(record)


def _line(record: list[str]) -> bytes:
    return f'{{"features": [{", ".join(record)}]}}\n'.encode("ascii")
