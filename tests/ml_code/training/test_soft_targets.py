import pytest
import torch

from common.rated_labels import BY_STARS, parse
from training.soft_targets import soft_targets

LABELS = parse(BY_STARS)


def test_stars_blur_into_their_neighbours_and_no_spread_leaves_the_class():
    hard = soft_targets(LABELS, 0)
    assert hard.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    soft = soft_targets(LABELS, 0.7)
    assert soft.sum(dim=1).tolist() == pytest.approx([1] * 5)
    assert soft.argmax(dim=1).tolist() == [0, 0, 1, 2, 2]
    assert soft[0, 0] > soft[1, 0] > soft[2, 0] > soft[3, 0] > soft[4, 0]
    torch.testing.assert_close(soft.flip(0, 1), soft)


def test_stars_of_no_class_are_neighbours_of_nobody():
    soft = soft_targets(parse("bad=1,2/good=4,5"), 0.7)
    assert soft.sum(dim=1).tolist() == pytest.approx([1] * 5)
    assert soft[1].tolist() == pytest.approx([0.9457, 0.0543], abs=1e-4)
    torch.testing.assert_close(soft.flip(0, 1), soft)
