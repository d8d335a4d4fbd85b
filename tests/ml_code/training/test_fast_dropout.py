import pytest
import torch
from torch import nn

from training.fast_dropout import FastDropout, use_fast_dropout


def test_a_share_of_the_elements_is_dropped_and_the_mean_stays():
    torch.manual_seed(1)
    values = torch.ones(1001, 999, requires_grad=True)
    dropped = FastDropout(0.1)(values)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.1, abs=0.002)
    assert dropped.mean().item() == pytest.approx(1, abs=0.002)
    assert dropped[dropped > 0].unique().tolist() == pytest.approx([1 / 0.9], rel=1e-4)


def test_the_gradient_goes_where_the_values_went():
    values = torch.randn(50, 40, requires_grad=True)
    dropped = FastDropout(0.3)(values)
    dropped.sum().backward()
    assert torch.equal(values.grad == 0, dropped == 0)
    torch.testing.assert_close(values.grad * values, dropped)


def test_the_seed_of_torch_decides_and_neighbours_are_independent():
    masks = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        masks.append(FastDropout(0.5)(torch.ones(100_000)) > 0)
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])
    for distance in (1, 2, 3, 4):
        equal = (masks[0][distance:] == masks[0][:-distance]).float().mean().item()
        assert equal == pytest.approx(0.5, abs=0.01)


def test_nothing_is_dropped_in_evaluation_or_with_a_probability_of_0():
    values = torch.randn(3, 4)
    assert FastDropout(0.5).eval()(values) is values
    assert FastDropout(0.0)(values) is values


def test_every_dropout_of_a_model_is_replaced():
    model = nn.Sequential(nn.Dropout(0.2), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.4)))
    use_fast_dropout(model)
    assert [(type(one), one.p) for one in (model[0], model[1][1])] == [
        (FastDropout, 0.2),
        (FastDropout, 0.4),
    ]
