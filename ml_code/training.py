"""The training loop: warm-up and decay, clipping, best epoch kept, resumable at any step."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from batches import Rows, padded_batches, plan_epoch, plan_in_order
from checkpoints import Checkpoints
from distribution import Group
from labels import LABELS
from precision import Precision
from scores import accuracy, macro_f1
from step_profile import StepProfile

_LOGS_A_TRAINING = 100


class Interrupted(Exception):
    """The job was told to stop; its state is saved."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train. `batch_size` is per process; the steps of warm-up are a share of all steps."""

    epochs: int
    batch_size: int
    learning_rate: float
    warmup_share: float
    weight_decay: float
    label_smoothing: float
    clip_norm: float
    seed: int
    precision: str = "auto"
    head_rate_factor: float = 1.0


class Trainer:
    """Trains `model` in place; after `run` it holds the weights of the best epoch on rank 0."""

    def __init__(
        self,
        model: Any,
        recipe: Recipe,
        *,
        train: Rows,
        validation: Rows,
        group: Group,
        checkpoints: Checkpoints,
        profile: StepProfile,
    ) -> None:
        self._recipe, self._group, self._checkpoints = recipe, group, checkpoints
        self._train, self._validation, self._profile = train, validation, profile
        self._bare = model.to(group.device)
        self._precision = Precision(recipe.precision, group.device)
        self._pad_id = model.config.pad_token_id or 0
        self._model = DistributedDataParallel(self._bare) if group.world > 1 else self._bare
        self._global_batch = recipe.batch_size * group.world
        steps = -(-len(train) // self._global_batch)
        self._total = steps * recipe.epochs
        self._optimiser = torch.optim.AdamW(_parameter_groups(self._bare, recipe))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, _rate_factor(self._total, recipe.warmup_share)
        )
        self._loss = nn.CrossEntropyLoss(reduction="none", label_smoothing=recipe.label_smoothing)
        self._log_every = max(1, self._total // _LOGS_A_TRAINING)
        self._step, self._best = 0, -1.0
        self._best_weights: dict[str, Tensor] | None = None
        self._stop = False

    def run(self) -> float:
        """Trains to the end and returns the best validation macro-F1.

        Raises Interrupted after SIGTERM, with the state saved.
        """
        previous = signal.signal(signal.SIGTERM, self._on_signal)
        self._resume()
        try:
            lengths = [len(ids) for ids in self._train.ids]
            per_epoch = self._total // self._recipe.epochs
            for epoch in range(self._step // per_epoch, self._recipe.epochs):
                seed = self._recipe.seed * 1000 + epoch
                plan = plan_epoch(lengths, self._global_batch, seed=seed)
                self._run_epoch(epoch + 1, plan[self._step - epoch * per_epoch :])
                self._validate(epoch + 1)
        finally:
            signal.signal(signal.SIGTERM, previous)
            # DDP's reducer must not be the last to hold the process group: it would join gloo's
            # threads with the interpreter's lock held, while one of them waits for that lock to
            # free a tensor (about 1 exit in 10 hung).
            self._model = self._bare
        if self._best_weights is not None:
            self._bare.load_state_dict(self._best_weights)
        return self._best

    def _run_epoch(self, epoch: int, plan: list[list[int]]) -> None:
        group = self._group
        meter = _Meter(group)
        batches = padded_batches(
            self._train, plan, pad_id=self._pad_id, rank=group.rank, world=group.world
        )
        self._model.train()
        for chosen, batch in zip(plan, self._profile.timed(batches), strict=True):
            loss = self._take_step(batch.to(group.device), len(chosen))
            meter.add(loss, len(chosen))
            self._step += 1
            if self._step % self._log_every == 0 or self._step == self._total:
                meter.report(epoch, self._step, self._total)
            self._stop_if_told()

    def _take_step(self, batch: Any, rows: int) -> Tensor:
        """One optimiser step; returns the sum of this rank's losses.

        Each row counts 1 / rows of the whole batch; DDP averages over ranks, hence times world.
        """
        with self._profile.step():
            with self._precision.autocast():
                logits = self._model(
                    input_ids=batch.input_ids, attention_mask=batch.attention_mask
                ).logits
            loss = (self._loss(logits.float(), batch.labels) * batch.weights).sum()
            (loss * self._group.world / rows).backward()
            nn.utils.clip_grad_norm_(self._bare.parameters(), self._recipe.clip_norm)
            self._optimiser.step()
            self._schedule.step()
            self._optimiser.zero_grad(set_to_none=True)
        summed: Tensor = loss.detach()
        return summed

    @torch.inference_mode()
    def _validate(self, epoch: int) -> None:
        group, rows = self._group, self._validation
        plan = plan_in_order([len(ids) for ids in rows.ids], 4 * self._global_batch)
        tally = torch.zeros(len(LABELS) ** 2 + 1, device=group.device, dtype=torch.float64)
        self._bare.eval()
        for part in padded_batches(
            rows, plan, pad_id=self._pad_id, rank=group.rank, world=group.world
        ):
            batch = part.to(group.device)
            with self._precision.autocast():
                logits = self._bare(
                    input_ids=batch.input_ids, attention_mask=batch.attention_mask
                ).logits.float()
            cells = batch.labels * len(LABELS) + logits.argmax(dim=-1)
            tally[:-1].index_add_(0, cells, batch.weights.double())
            losses = nn.functional.cross_entropy(logits, batch.labels, reduction="none")
            tally[-1] += (losses * batch.weights).sum()
        values = group.total(tally).cpu().numpy()
        matrix = np.rint(values[:-1]).astype(np.int64).reshape(len(LABELS), len(LABELS))
        score = macro_f1(matrix)
        if group.leads:
            print(
                f"validation:loss={values[-1] / len(rows):.4f} "
                f"validation:accuracy={accuracy(matrix):.4f} "
                f"validation:macro_f1={score:.4f} epoch={epoch}",
                flush=True,
            )
        if score > self._best:
            self._best = score
            self._best_weights = (
                {name: value.cpu().clone() for name, value in self._bare.state_dict().items()}
                if group.leads
                else None
            )
        self._save()

    def _on_signal(self, *_: object) -> None:
        self._stop = True

    def _stop_if_told(self) -> None:
        """Ends on every rank at the same step once any of them was told to."""
        told = torch.tensor(float(self._stop), device=self._group.device)
        if self._group.total(told).item() > 0:
            self._save()
            raise Interrupted(f"stopped by SIGTERM at step {self._step} of {self._total}")

    def _save(self) -> None:
        if self._group.leads:
            self._checkpoints.save(
                {
                    "step": self._step,
                    "total": self._total,
                    "best": self._best,
                    "best_weights": self._best_weights,
                    "model": self._bare.state_dict(),
                    "optimiser": self._optimiser.state_dict(),
                    "schedule": self._schedule.state_dict(),
                    "random": torch.get_rng_state(),
                }
            )

    def _resume(self) -> None:
        state = self._checkpoints.load()
        if state is None or state["total"] != self._total:
            return
        self._step, self._best = state["step"], state["best"]
        self._best_weights = state["best_weights"]
        self._bare.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        if self._group.leads:
            print(f"Resumed at step {self._step} of {self._total}", flush=True)


class _Meter:
    """Mean loss and speed since the last report."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._clear()

    def _clear(self) -> None:
        self._losses = torch.zeros((), device=self._group.device)
        self._rows, self._since = 0, time.perf_counter()

    def add(self, loss: Tensor, rows: int) -> None:
        """`loss` is the sum over this rank's rows, `rows` the rows of all ranks."""
        self._losses += loss
        self._rows += rows

    def report(self, epoch: int, step: int, total: int) -> None:
        loss = self._group.total(self._losses).item() / self._rows
        speed = self._rows / (time.perf_counter() - self._since)
        if self._group.leads:
            print(
                f"train:loss={loss:.4f} train:progress={step / total:.4f} "
                f"train:samples_per_second={speed:.1f} epoch={epoch} step={step}/{total}",
                flush=True,
            )
        self._clear()


def _parameter_groups(model: Any, recipe: Recipe) -> list[dict[str, Any]]:
    """Biases and layer norms, of one dimension, do not decay; the fresh head learns faster."""
    body = set(model.base_model.parameters())
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in model.parameters():
        groups.setdefault((parameter in body, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": members,
            "lr": recipe.learning_rate * (1.0 if in_body else recipe.head_rate_factor),
            "weight_decay": recipe.weight_decay if decays else 0.0,
        }
        for (in_body, decays), members in groups.items()
    ]


def _rate_factor(total: int, warmup_share: float) -> Callable[[int], float]:
    warmup = max(1, round(total * warmup_share))

    def factor(step: int) -> float:
        rising = (step + 1) / warmup
        falling = (total - step) / max(1, total - warmup)
        return max(0.0, min(1.0, rising, falling))

    return factor
