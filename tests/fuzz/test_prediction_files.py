"""`reviews predict --file`: as many rows come back as went in, in their order, and unchanged."""

import hashlib
import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from infra.settings import Columns
from reviews.client.endpoint import invocation, predictions
from reviews.client.files.review_files import ReviewFile
from tests.fuzz.cases import fuzz
from tests.fuzz.review_tables import FORMATS

HEADER = ["id", "Review Text", "Title", "label"]
COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
CELLS = st.sampled_from(["", " ", "nan", "N/A", "\u200b", "<br>", "a &amp; b", '"', "a,b", "1;2"])
CELLS |= st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=8)


def label_of(text: str) -> str:
    """One that tells this text from others."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


class Endpoint:
    """Answers each text with a label of its own."""

    def invoke_endpoint(self, *, Body: bytes, **_: Any) -> dict[str, Any]:
        texts = [json.loads(line)["features"][0] for line in Body.splitlines()]
        answers = [
            {"label": label_of(text), "sentiment": 0, "probability": 1.0, "probabilities": {}}
            for text in texts
        ]
        return {"Body": io.BytesIO("\n".join(map(json.dumps, answers)).encode())}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("predictions")


@fuzz(
    "files of reviews",
    few=60,
    many=3_000,
    name=st.sampled_from(sorted(FORMATS)),
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12),
    size=st.integers(1, 5),
)
def test_every_row_comes_back_with_the_answer_to_its_own_text(
    place: Path, name: str, rows: list[tuple[str, ...]], size: int
) -> None:
    path = place / "reviews"
    path.write_bytes(FORMATS[name](HEADER, rows))
    reviews = ReviewFile(path, COLUMNS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "_TEXTS", size)
        found = list(
            predictions.predict(partial(invocation.predict, Endpoint(), "reviews"), reviews)
        )
    assert [tuple(predicted.fields) for predicted in found] == rows
    texts = [review.text for review in reviews]
    assert [row.prediction.label if row.prediction else "" for row in found] == [
        label_of(text) if text else "" for text in texts
    ]
    assert reviews.count() == len(rows)
