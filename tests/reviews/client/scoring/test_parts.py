"""A file's texts in parts of bounded size, in their order."""

import json

import pytest

from contract.scoring import MOST_BYTES, MOST_TEXTS
from reviews.client.endpoint.predictions import LONGEST_TEXT
from reviews.client.scoring import parts
from reviews.client.scoring.parts import Part, split, texts_a_part


def texts_of(part: Part) -> list[str]:
    """As the model reads them (ml_code/serving/request_parsing.py)."""
    return [text for line in part.body.splitlines() for text in json.loads(line)["features"]]


def test_all_texts_are_there_in_their_order() -> None:
    texts = [f'text "{number}" é\u2028\n😀' for number in range(500)]
    found = list(split(texts, most_texts=100))
    assert [part.number for part in found] == [0, 1, 2, 3, 4, 5]
    assert sum(part.texts for part in found) == 500
    assert all(part.texts <= 100 for part in found)
    assert [text for part in found for text in texts_of(part)] == texts
    assert [part.texts for part in found] == [len(texts_of(part)) for part in found]


def test_a_line_is_a_record_of_few_texts() -> None:
    (part,) = split(["a"] * 70)
    sizes = [len(json.loads(line)["features"]) for line in part.body.splitlines()]
    assert sizes == [MOST_TEXTS, MOST_TEXTS, 70 - 2 * MOST_TEXTS]


def test_long_texts_make_short_records_and_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_BYTES", 3 * MOST_BYTES)
    longest = "\x00" * (2 * LONGEST_TEXT)  # six bytes a character in JSON, and cut
    found = list(split([longest] * 12))
    assert [part.texts for part in found] == [9, 3]
    for part in found:
        assert len(part.body) <= 3 * MOST_BYTES
        assert all(len(line) <= MOST_BYTES + 1000 for line in part.body.splitlines())


@pytest.mark.parametrize(
    ("texts", "instances", "expected"),
    [(1, 4, 1), (10, 4, 3), (10_000_000, 4, 20_000), (30_000, 1, 20_000)],
)
def test_every_instance_gets_a_part(texts: int, instances: int, expected: int) -> None:
    assert texts_a_part(texts, instances) == expected


def test_names_are_in_the_order_of_the_parts() -> None:
    names = [parts.part_name(number) for number in (0, 9, 10, 999_999)]
    assert names == sorted(names)


def test_only_one_part_is_in_memory() -> None:
    taken = 0

    def texts():
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield str(number)

    first = next(iter(split(texts(), most_texts=100)))
    assert first.texts == 96  # three whole records
    assert taken <= 200
