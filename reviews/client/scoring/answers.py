"""The answers to the parts of a file, joined with its rows.

A part that failed has no answers, while those of the others are there: "When your dataset has
multiple input files, a transform job continues to process input files even if it fails to process
one. The processed files still generate useable results." (the same page as below).

The key is the position: "The predictions in an output file are listed in the same order as the
corresponding records in the input file"
(https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html). A part that has more or
fewer answers than texts is refused.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reviews.client.endpoint.invocation import read_prediction
from reviews.client.endpoint.predictions import NO_ANSWER, NO_TEXT, Predicted
from reviews.client.errors import AnswersMissing
from reviews.client.files.review_files import Review
from reviews.client.scoring.parts import part_name

Answer = dict[str, Any]
_OUT = ".out"  # what SageMaker adds to the name of a part


class Answers:
    """The answers below an S3 prefix, a part at a time in memory."""

    def __init__(self, s3: Any, bucket: str, prefix: str) -> None:
        self._s3, self._bucket, self._prefix = s3, bucket, prefix

    def keys(self) -> dict[str, str]:
        """Name of a part → key of its answers, whatever folders SageMaker puts between."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        found = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {
            key.rpartition("/")[2].removesuffix(_OUT): key for key in found if key.endswith(_OUT)
        }

    def read(self, parts: Sequence[int]) -> Iterator[Answer]:
        """An answer for each text, in their order. Raises AnswersMissing before the first one if a
        part has no answers."""
        keys = self.keys()
        missing = [name for name in map(part_name, range(len(parts))) if name not in keys]
        if missing:
            raise AnswersMissing(
                f"{len(missing)} of {len(parts)} parts have no answers below "
                f"s3://{self._bucket}/{self._prefix}, such as {missing[0]}"
            )
        for number, texts in enumerate(parts):
            yield from self._of_part(keys[part_name(number)], texts)

    def read_some(self, parts: Sequence[int]) -> Iterator[Answer | None]:
        """Answers as `read` has them, but None for each text of a part without answers."""
        keys = self.keys()
        for number, texts in enumerate(parts):
            key = keys.get(part_name(number))
            yield from self._of_part(key, texts) if key else [None] * texts

    def _of_part(self, key: str, texts: int) -> list[Answer]:
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        try:
            found = list(_predictions(body))
        except ValueError as error:
            raise AnswersMissing(f"s3://{self._bucket}/{key} cannot be read: {error}") from error
        if len(found) != texts:
            raise AnswersMissing(
                f"s3://{self._bucket}/{key} has {len(found)} answers to {texts} texts"
            )
        return found


def _predictions(body: bytes) -> Iterator[Answer]:
    """A record of one text has an object, one of several texts a list of them."""
    for line in body.split(b"\n"):
        if line.strip():
            answer = json.loads(line)
            yield from answer if isinstance(answer, list) else [answer]


def join(reviews: Iterable[Review], answers: Iterable[Answer | None]) -> Iterator[Predicted]:
    """The rows in their order; one without a text, or whose part has no answers, has no
    prediction."""
    following = iter(answers)
    for review in reviews:
        answer = next(following) if review.text else None
        prediction = read_prediction(review.text, answer) if answer else None
        missing = NO_ANSWER if review.text else NO_TEXT
        yield Predicted(fields=review.fields, prediction=prediction, missing=missing)
