"""The number format of matrix products: bfloat16 where the model is faster in it, as measured.

What instructions a processor has does not decide: on a CPU with AVX-512 BF16 but without AMX a
linear layer of a MiniLM ran at 171 GFLOP/s in bf16 and at 327 in fp32, and training took 1.55 times
as long.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from contract.hyperparameters import PRECISIONS
from training.batches import Batch
from training.process_group import ProcessGroup

# Without one of these bfloat16 is emulated, which is never faster.
_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}
_CPU_INFO = Path("/proc/cpuinfo")
_SECONDS = 0.2  # for each format, after a first pass that is not counted


class Precision:
    """`autocast()` surrounds a forward pass; weights and gradients stay in fp32."""

    def __init__(self, name: str, device: torch.device) -> None:
        self._device, self.name = device, name

    def autocast(self) -> Any:
        reduced = self.name == "bf16"
        return torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=reduced)


def choose_precision(choice: str, model: Any, sample: Batch, group: ProcessGroup) -> Precision:
    """The format of `choice`; for `auto` the one in which the model is faster on the sample.

    Measured are forward and backward passes. All ranks choose the same format; the main rank
    prints the times.
    """
    if choice != "auto":
        return Precision(choice, group.device)
    if not has_bfloat16(group.device):
        return Precision("fp32", group.device)
    model.train()
    seconds = [
        _seconds_of_pass(model, sample, Precision(name, group.device), group.device)
        for name in PRECISIONS
    ]
    model.zero_grad(set_to_none=True)
    mean = (group.sum(torch.tensor(seconds, device=group.device)) / group.world_size).tolist()
    chosen = Precision(PRECISIONS[mean.index(min(mean))], group.device)
    if group.is_main:
        measured = [
            f"{1000 * took:.1f} ms in {name}" for name, took in zip(PRECISIONS, mean, strict=True)
        ]
        print(
            f"Training in {chosen.name}: {len(sample.weights)} rows forward and backward took "
            + " and ".join(measured),
            flush=True,
        )
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


def _seconds_of_pass(
    model: Any, sample: Batch, precision: Precision, device: torch.device
) -> float:
    """The shortest of a few passes. The gradients that they leave are to be cleared."""

    def one_pass() -> None:
        with precision.autocast():
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
