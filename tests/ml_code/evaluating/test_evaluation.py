import numpy as np

from common.rows import Rows
from evaluating.evaluation import worst_mistakes

NAMES = ("negative", "neutral", "positive")


def test_the_worst_mistakes_are_those_of_the_highest_probability():
    rows = Rows([[1]] * 3, [0, 1, 2], [0, 2, 4], ["fine <b>", "meh " * 200, "good"])
    probabilities = np.array([[0.1, 0.2, 0.7], [0.9, 0.1, 0.0], [0.0, 0.1, 0.9]])
    first, second = worst_mistakes(rows, probabilities, NAMES)
    assert (first["actual"], first["predicted"], first["probability"]) == (
        "neutral",
        "negative",
        0.9,
    )
    assert len(first["text"]) <= 400
    assert second["text"] == "fine <b>"
