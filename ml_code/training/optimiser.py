"""AdamW with linear warm-up and linear decay."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from contract.hyperparameters import Hyperparameters


def create_optimiser(model: Any, hyperparameters: Hyperparameters) -> torch.optim.Optimizer:
    """AdamW with up to four groups of parameters.

    Biases and layer norms, which have one dimension, get no weight decay. The classification head
    gets the learning rate times `head_rate_factor`, since it starts from random weights.
    """
    encoder, rate = set(model.base_model.parameters()), hyperparameters.learning_rate
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in model.parameters():
        groups.setdefault((parameter in encoder, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        {
            "params": members,
            "lr": rate if in_encoder else rate * hyperparameters.head_rate_factor,
            "weight_decay": hyperparameters.weight_decay if decays else 0.0,
        }
        for (in_encoder, decays), members in groups.items()
    )


def create_schedule(
    optimiser: torch.optim.Optimizer, hyperparameters: Hyperparameters, steps: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """The learning rate rises in a line for `warmup_share` of the steps, then falls in one to 0."""
    factor = _factor(steps, hyperparameters.warmup_share)
    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def _factor(steps: int, warmup_share: float) -> Callable[[int], float]:
    warmup = max(1, round(steps * warmup_share))

    def factor(step: int) -> float:
        rising = (step + 1) / warmup
        falling = (steps - step) / max(1, steps - warmup)
        return max(0.0, min(1.0, rising, falling))

    return factor
