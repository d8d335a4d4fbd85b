"""The processes that train together: one per GPU under torchrun, or one per SageMaker host."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from reading.errors import UserError

# Parts of what gloo, nccl and their store say when another process is gone.
_LOST = ("connection closed by peer", "connection reset", "broken pipe", "timed out", "nccl")
_TIMEOUT = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class ProcessGroup:
    """This process's rank among `world_size` processes, and its device."""

    rank: int
    world_size: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        """Whether this process logs and saves."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, element by element; `values` is overwritten with it."""
        if self.world_size > 1:
            dist.all_reduce(values)
        return values

    def any(self, value: bool) -> bool:
        """Whether it is true in any process; every process has to call it."""
        if self.world_size == 1:  # without a tensor on a GPU: reading one waits for the GPU
            return value
        return self.sum(torch.tensor(float(value), device=self.device)).item() > 0

    def close(self) -> None:
        if self.world_size > 1:
            dist.destroy_process_group()


def join_process_group(environment: Mapping[str, str]) -> ProcessGroup:
    """Joins the process group that torchrun's variables describe, or else SageMaker's."""
    if "RANK" in environment:
        rank, world_size = int(environment["RANK"]), int(environment["WORLD_SIZE"])
        local_rank = int(environment.get("LOCAL_RANK", 0))
    else:
        hosts = sorted(json.loads(environment.get("SM_HOSTS", '["localhost"]')))
        world_size, local_rank = len(hosts), 0
        rank = hosts.index(environment["SM_CURRENT_HOST"]) if world_size > 1 else 0
        if world_size > 1:
            os.environ.setdefault("MASTER_ADDR", hosts[0])
            os.environ.setdefault("MASTER_PORT", "29400")
    on_gpu = torch.cuda.is_available()
    device = torch.device("cuda", local_rank) if on_gpu else torch.device("cpu")
    if on_gpu:
        torch.cuda.set_device(device)
    if world_size > 1:
        dist.init_process_group(
            "nccl" if on_gpu else "gloo", rank=rank, world_size=world_size, timeout=_TIMEOUT
        )
    return ProcessGroup(rank=rank, world_size=world_size, device=device)


@contextmanager
def explained_failures(group: ProcessGroup) -> Iterator[None]:
    """Turns a full GPU and the loss of another process into UserErrors that say so."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise UserError(
            "the GPU's memory is used up: halve batch_size and double accumulation_steps, which "
            f"trains the same ({_shortened(error)})"
        ) from error
    except RuntimeError as error:
        text = str(error).lower()
        if group.world_size == 1 or not any(word in text for word in _LOST):
            raise
        raise UserError(
            f"process {group.rank} of {group.world_size} lost another one, which has the reason "
            f"in its log ({_shortened(error)})"
        ) from error


def _shortened(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
