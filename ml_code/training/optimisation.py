"""AdamW with warm-up and linear decay."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from training.recipe import Recipe


def optimiser_of(model: Any, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW; biases and layer norms, of one dimension, do not decay; the head learns faster."""
    body = set(model.base_model.parameters())
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in model.parameters():
        groups.setdefault((parameter in body, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        {
            "params": members,
            "lr": recipe.learning_rate * (1.0 if in_body else recipe.head_rate_factor),
            "weight_decay": recipe.weight_decay if decays else 0.0,
        }
        for (in_body, decays), members in groups.items()
    )


def schedule_of(
    optimiser: torch.optim.Optimizer, recipe: Recipe, steps: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """The rate rises for the warm-up's share of `steps`, then falls to nothing in a line."""
    return torch.optim.lr_scheduler.LambdaLR(optimiser, _factor(steps, recipe.warmup_share))


def _factor(steps: int, warmup_share: float) -> Callable[[int], float]:
    warmup = max(1, round(steps * warmup_share))

    def factor(step: int) -> float:
        rising = (step + 1) / warmup
        falling = (steps - step) / max(1, steps - warmup)
        return max(0.0, min(1.0, rising, falling))

    return factor
