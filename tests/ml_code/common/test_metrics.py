import numpy as np
import pytest
from sklearn.metrics import f1_score

from common.metrics import confusion_matrix, macro_f1


def test_macro_f1_is_that_of_scikit_learn():
    chance = np.random.default_rng(0)
    actual, predicted = chance.integers(0, 3, 500), chance.integers(0, 3, 500)
    matrix = confusion_matrix(actual, predicted, 3)
    assert macro_f1(matrix) == pytest.approx(f1_score(actual, predicted, average="macro"))
