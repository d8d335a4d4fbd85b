"""The number format of matrix products: bfloat16 where the processor has it in hardware."""

from pathlib import Path
from typing import Any

import torch

CHOICES = ("auto", "fp32", "bf16")
# Without these instructions bfloat16 is emulated, slower than fp32. With AVX-512 BF16 a MiniLM
# step ran 2.1 times as fast on 2 cores (measured).
_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}
_CPU_INFO = Path("/proc/cpuinfo")


class Precision:
    """`autocast()` surrounds a forward pass; weights and gradients stay fp32."""

    def __init__(self, choice: str, device: torch.device) -> None:
        self._device = device
        self.reduced = choice == "bf16" or (choice == "auto" and _fast_bfloat16(device))

    @property
    def name(self) -> str:
        return "bf16" if self.reduced else "fp32"

    def autocast(self) -> Any:
        return torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self.reduced)


def _fast_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        lines = _CPU_INFO.read_text().splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _CPU_FLAGS.isdisjoint(flags.split())
