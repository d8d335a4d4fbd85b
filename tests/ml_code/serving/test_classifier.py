import csv
import json

import pytest

from serving.review_model import ReviewModel


@pytest.fixture(scope="module")
def model(trained):
    return ReviewModel.load(trained / "model")


def test_serving_tokenises_as_preparation_did(model, session_features):
    (part,) = (session_features / "test").glob("*.csv")
    with part.open(newline="") as file:
        rows = list(csv.DictReader(file))
    encoded = model.classifier.encode([row["review_body"] for row in rows])
    assert encoded == [json.loads(row["input_ids"]) for row in rows]
