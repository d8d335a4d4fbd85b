import numpy as np
import pytest

from common.metrics import confusion_matrix, macro_f1
from evaluating.report import classification_report, macro_f1_interval

NAMES = ("negative", "neutral", "positive")


def test_the_interval_is_that_of_drawing_rows():
    chance = np.random.default_rng(0)
    actual = chance.integers(0, 3, 300)
    predicted = np.where(chance.random(300) < 0.7, actual, chance.integers(0, 3, 300))
    low, high = macro_f1_interval(confusion_matrix(actual, predicted, 3), seed=1)
    drawn = [chance.integers(0, 300, 300) for _ in range(1000)]
    values = [macro_f1(confusion_matrix(actual[rows], predicted[rows], 3)) for rows in drawn]
    assert (low, high) == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=0.01)


def test_a_class_that_is_never_predicted_scores_zero():
    result = classification_report(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 5]]), NAMES, seed=1)
    assert result["per_class"]["neutral"] == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "support": 5,
    }
