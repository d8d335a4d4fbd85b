"""Dropout for CPUs that draws four numbers at once.

`torch.nn.Dropout` draws each element of its mask alone, and keeps the mask in the format of the
values. Here a draw of 64 bits, by the same generator, decides about four elements, and a byte is
kept of each.
"""

from typing import Any

import torch
from torch import Tensor, nn

_NUMBERS = 2**16  # that 16 bits, a quarter of a draw, can have


class FastDropout(nn.Dropout):
    """`nn.Dropout` with a probability that is rounded to 1 / 65,536."""

    def forward(self, values: Tensor) -> Tensor:
        """Zeros in place of some elements, the others larger, so that the mean stays."""
        dropped = min(round(self.p * _NUMBERS), _NUMBERS - 1)
        if not self.training or not dropped:
            return values
        output: Tensor = _Drop.apply(values, dropped)  # type: ignore[no-untyped-call]
        return output


def use_fast_dropout(model: nn.Module) -> None:
    """Replaces each `nn.Dropout` of the model."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, FastDropout(child.p))


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, values: Tensor, dropped: int) -> Tensor:
        context.scale = _NUMBERS / (_NUMBERS - dropped)
        draws = torch.empty(-(-values.numel() // 4), dtype=torch.int64).random_(-(2**63), None)
        numbers = draws.view(torch.int16)[: values.numel()].view(values.shape)
        keep = numbers >= dropped - _NUMBERS // 2
        context.save_for_backward(keep)
        return (values * keep).mul_(context.scale)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (keep,) = context.saved_tensors
        return (gradients[0] * keep).mul_(context.scale), None
