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

from common.problems import UserError

# What gloo, nccl and their store say when another process is gone.
_LOST = ("connection closed by peer", "connection reset", "broken pipe", "timed out", "nccl")
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Group:
    """This process's rank among `world` processes, and its device."""

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def total(self, values: Tensor) -> Tensor:
        """The sum over all processes, element by element."""
        if self.world > 1:
            dist.all_reduce(values)
        return values

    def any(self, happened: bool) -> bool:
        """Whether it happened in any of the processes, each of which has to ask."""
        if self.world == 1:  # without a value on a GPU, whose reading would wait for the GPU
            return happened
        return self.total(torch.tensor(float(happened), device=self.device)).item() > 0

    def close(self) -> None:
        if self.world > 1:
            dist.destroy_process_group()


def join(environment: Mapping[str, str]) -> Group:
    """Joins the process group that torchrun's or else SageMaker's variables describe."""
    if "RANK" in environment:
        rank, world = int(environment["RANK"]), int(environment["WORLD_SIZE"])
        local_rank = int(environment.get("LOCAL_RANK", 0))
    else:
        hosts = sorted(json.loads(environment.get("SM_HOSTS", '["localhost"]')))
        world, local_rank = len(hosts), 0
        rank = hosts.index(environment["SM_CURRENT_HOST"]) if world > 1 else 0
        if world > 1:
            os.environ.setdefault("MASTER_ADDR", hosts[0])
            os.environ.setdefault("MASTER_PORT", "29400")
    on_gpu = torch.cuda.is_available()
    device = torch.device("cuda", local_rank) if on_gpu else torch.device("cpu")
    if on_gpu:
        torch.cuda.set_device(device)
    if world > 1:
        dist.init_process_group(
            "nccl" if on_gpu else "gloo", rank=rank, world_size=world, timeout=_PATIENCE
        )
    return Group(rank=rank, world=world, device=device)


@contextmanager
def reasons(group: Group) -> Iterator[None]:
    """Raises UserError for what the training itself is not to blame for: memory, other hosts."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise UserError(
            "the GPU's memory is used up: halve batch_size and double accumulation_steps, which "
            f"trains the same ({_first_sentence(error)})"
        ) from error
    except RuntimeError as error:
        text = str(error).lower()
        if group.world == 1 or not any(word in text for word in _LOST):
            raise
        raise UserError(
            f"process {group.rank} of {group.world} lost another one, which has the reason in its "
            f"log ({_first_sentence(error)})"
        ) from error


def _first_sentence(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
