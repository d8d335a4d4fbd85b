import pytest

from training.loss import balanced_class_weights


def test_a_balanced_loss_weighs_each_class_alike():
    weights = balanced_class_weights([0, 0, 0, 0, 0, 0, 1, 2], 3)
    assert weights.tolist() == pytest.approx([8 / 18, 8 / 3, 8 / 3])
