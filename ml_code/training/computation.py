"""How a model computes: the number format of matrix products and the kind of attention.

What instructions a processor has does not decide. On a CPU with AVX-512 BF16 but without AMX a
linear layer of a MiniLM ran at 171 GFLOP/s in bf16 and at 327 in fp32; on another one at 200 and at
95. There fused attention (sdpa) made a training 17 % faster in fp32 and 27 % slower in bf16. So the
model itself is measured, which takes a second or two.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch

from contract.hyperparameters import PRECISIONS
from training.batches import Batch
from training.process_group import ProcessGroup

# Without one of these bfloat16 is emulated, which is never faster.
_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}
_CPU_INFO = Path("/proc/cpuinfo")
_SECONDS = 0.2  # for each computation, after a first pass that is not counted


@dataclass(frozen=True)
class Computation:
    """`precision` is fp32 or bf16. `attention` is sdpa or eager, or "" for what the model has."""

    precision: str
    attention: str

    def __str__(self) -> str:
        return f"{self.precision} with {self.attention}" if self.attention else self.precision

    def set_up(self, model: Any) -> None:
        """Gives the model this attention."""
        if self.attention:
            model.base_model.set_attn_implementation(self.attention)

    def autocast(self, device: torch.device) -> Any:
        """Surrounds a forward pass; weights and gradients stay in fp32."""
        reduced = self.precision == "bf16"
        return torch.autocast(device.type, dtype=torch.bfloat16, enabled=reduced)


def choose_computation(
    precision: str, model: Any, sample: Batch, group: ProcessGroup
) -> Computation:
    """The fastest computation for `auto`; otherwise the given precision with fused attention,
    without a measurement.

    It measures forward and backward passes of the sample. All ranks choose the same; the main rank
    prints the times. The model is set up with what is chosen. With a precision of its own a
    training on the same machine gives the same model again, whatever else the machine does.
    """
    attentions = _attentions(model, group.device)
    if precision == "auto":
        candidates = [Computation(*pair) for pair in product(_precisions(group.device), attentions)]
    else:
        candidates = [Computation(precision, attentions[0])]
    chosen = candidates[0]
    if len(candidates) > 1:
        model.train()
        seconds = [_seconds_of_pass(model, sample, one, group.device) for one in candidates]
        model.zero_grad(set_to_none=True)
        mean = (group.sum(torch.tensor(seconds, device=group.device)) / group.world_size).tolist()
        chosen = candidates[mean.index(min(mean))]
        if group.is_main:
            measured = [
                f"{1000 * took:.1f} ms in {one}" for one, took in zip(candidates, mean, strict=True)
            ]
            print(
                f"Training in {chosen}: {len(sample.weights)} rows forward and backward took "
                + ", ".join(measured),
                flush=True,
            )
    chosen.set_up(model)
    return chosen


def has_bfloat16(device: torch.device) -> bool:
    """Whether the processor has instructions for bfloat16."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    try:
        lines = _CPU_INFO.read_text().splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _CPU_FLAGS.isdisjoint(flags.split())


def _precisions(device: torch.device) -> Sequence[str]:
    return PRECISIONS if has_bfloat16(device) else ("fp32",)


def _attentions(model: Any, device: torch.device) -> Sequence[str]:
    """The implementations of attention that may be the fastest; on a GPU the fused one is."""
    if not getattr(model.base_model, "_supports_sdpa", False):
        return ("",)
    return ("sdpa",) if device.type == "cuda" else ("sdpa", "eager")


def _seconds_of_pass(
    model: Any, sample: Batch, computation: Computation, device: torch.device
) -> float:
    """The shortest of a few passes. The gradients that they leave are to be cleared."""
    computation.set_up(model)

    def one_pass() -> None:
        with computation.autocast(device):
            logits = model(input_ids=sample.input_ids, attention_mask=sample.attention_mask).logits
        logits.float().sum().backward()
        _synchronise(device)

    return _shortest(one_pass)


def _shortest(one_pass: Callable[[], None]) -> float:
    one_pass()
    shortest, end = float("inf"), time.perf_counter() + _SECONDS
    while shortest == float("inf") or time.perf_counter() < end:
        started = time.perf_counter()
        one_pass()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest


def _synchronise(device: torch.device) -> None:
    """Waits for a GPU, which computes in the background until its results are read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
