"""The processes that train together: one per GPU under torchrun, or one per SageMaker host."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

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
