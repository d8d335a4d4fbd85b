"""Answers come back to the rows that they are of."""

import io
import json
from typing import Any

import pytest

from reviews.client.errors import AnswersMissing
from reviews.client.files.review_files import Review
from reviews.client.scoring.answers import Answers, join
from tests.fake_aws import FakeAws


def answer(label: str) -> dict[str, Any]:
    return {"label": label, "sentiment": 1, "probability": 0.9, "probabilities": {label: 0.9}}


class Bucket(FakeAws):
    def __init__(self, **objects: list[Any]) -> None:
        self.objects = {
            f"scoring/a/output/{key}": "\n\n".join(map(json.dumps, lines)).encode()
            for key, lines in objects.items()
        }

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        return {"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[Key])}


def answers(**objects: list[Any]) -> Answers:
    return Answers(Bucket(**objects).client("s3"), "artefacts", "scoring/a/output/")


def test_records_and_parts_follow_each_other() -> None:
    found = answers(
        **{
            "part-000001.jsonl.out": [answer("d")],  # a record of one text has no list
            "deeper/part-000000.jsonl.out": [[answer("a"), answer("b")], [answer("c")]],
            "other.json": [answer("x")],
        }
    )
    assert [one["label"] for one in found.read([3, 1])] == ["a", "b", "c", "d"]


def test_a_part_without_answers_is_named_before_the_first_answer() -> None:
    found = answers(**{"part-000000.jsonl.out": [answer("a")]})
    message = "1 of 2 parts have no answers below s3://artefacts/scoring/a/output/, such as part-0"
    with pytest.raises(AnswersMissing, match=message):
        next(found.read([1, 1]))


@pytest.mark.parametrize("texts", [1, 3])
def test_other_answers_than_texts_are_refused(texts: int) -> None:
    found = answers(**{"part-000000.jsonl.out": [[answer("a"), answer("b")]]})
    with pytest.raises(AnswersMissing, match=f"part-000000.jsonl.out has 2 answers to {texts}"):
        list(found.read([texts]))


@pytest.mark.parametrize("body", [b'[{"label": "a"', b"\xff\xfe", b'{"label": "a"}\n{"la'])
def test_answers_that_were_cut_off_or_changed_are_named(body: bytes) -> None:
    bucket = Bucket()
    bucket.objects["scoring/a/output/part-000000.jsonl.out"] = body
    found = Answers(bucket.client("s3"), "artefacts", "scoring/a/output/")
    with pytest.raises(AnswersMissing, match=r"part-000000.jsonl.out cannot be read: "):
        list(found.read([1]))


def test_a_row_without_a_text_keeps_its_place() -> None:
    rows = [Review(fields=[str(n)], text=text) for n, text in enumerate(["x", "", "y"])]
    found = list(join(rows, map(answer, "ab")))
    assert [one.row for one in found] == [
        ["0", "a", 1, 0.9, None],
        ["1", None, None, None, "no text"],
        ["2", "b", 1, 0.9, None],
    ]


def test_the_answers_to_other_parts_than_the_failed_one_are_kept() -> None:
    found = answers(
        **{"part-000000.jsonl.out": [answer("a")], "part-000002.jsonl.out": [[answer("d")]]}
    )
    rows = [Review(fields=[str(n)], text=text) for n, text in enumerate(["v", "", "w", "x", "y"])]
    assert [one.row for one in join(rows, found.read_some([1, 2, 1]))] == [
        ["0", "a", 1, 0.9, None],
        ["1", None, None, None, "no text"],
        ["2", None, None, None, "no answer"],
        ["3", None, None, None, "no answer"],
        ["4", "d", 1, 0.9, None],
    ]
