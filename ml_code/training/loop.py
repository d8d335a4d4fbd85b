"""The training loop: accumulation, clipping, best epoch kept, early stop, resumable at any step."""

import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from common.padding import parts_of, plan_in_order
from common.rated_labels import RatedLabels
from common.rows import Rows
from common.scores import accuracy, macro_f1
from training.batches import Batch, collate, padded_batches, plan_epoch
from training.checkpoints import Checkpoints
from training.distribution import Group
from training.meter import Meter
from training.optimisation import optimiser_of, schedule_of
from training.precision import Precision, choose
from training.recipe import Recipe
from training.step_profile import StepProfile
from training.targets import targets_of_places

_LOGS_A_TRAINING = 100
_LARGEST_SAVE_SHARE = 0.02  # of the time that a training takes
_MEASURED_ROWS = 8


class Interrupted(Exception):
    """The job was told to stop; its state is saved."""


class Trainer:
    """Trains `model` in place; after `run` it holds the weights of the best epoch on rank 0."""

    def __init__(
        self,
        model: Any,
        recipe: Recipe,
        *,
        labels: RatedLabels,
        train: Rows,
        validation: Rows,
        group: Group,
        checkpoints: Checkpoints,
        profile: StepProfile,
    ) -> None:
        self._recipe, self._group, self._checkpoints = recipe, group, checkpoints
        self._labels, self._classes = labels, len(labels.names)
        self._train, self._validation, self._profile = train, validation, profile
        self._bare = model.to(group.device)
        self._pad_id = model.config.pad_token_id or 0
        self._ddp = DistributedDataParallel(self._bare) if group.world > 1 else None
        self._model = self._ddp or self._bare
        if recipe.compiled:
            self._model = torch.compile(self._model, dynamic=True)
        self._pass_rows = recipe.batch_size * group.world
        self._step_rows = self._pass_rows * recipe.accumulation_steps
        self._steps_per_epoch = -(-len(train) // self._step_rows)
        self._total = self._steps_per_epoch * recipe.epochs
        self._optimiser = optimiser_of(self._bare, recipe)
        self._schedule = schedule_of(self._optimiser, recipe, self._total)
        weights = _class_weights(train, self._classes).to(group.device)
        self._loss = nn.CrossEntropyLoss(
            weight=weights if recipe.balanced_loss else None,
            reduction="none",
            label_smoothing=recipe.label_smoothing,
        )
        self._targets = targets_of_places(labels, recipe.star_spread).to(group.device)
        self._log_every = max(1, self._total // _LOGS_A_TRAINING)
        self._step = self._epochs_done = self._best_epoch = 0
        self._best = -1.0
        self._best_weights: dict[str, Tensor] | None = None
        self._saved_at, self._save_seconds = time.monotonic(), 0.0
        self._stop = False
        self._precision = Precision("fp32", group.device)  # until `run` chooses

    def run(self) -> float:
        """Trains to the end and returns the best validation macro-F1.

        Raises Interrupted after SIGTERM, with the state saved.
        """
        previous = signal.signal(signal.SIGTERM, self._on_signal)
        choice = self._resume() or self._recipe.precision
        self._precision = choose(choice, self._bare, self._sample(), self._group)
        try:
            lengths = [len(ids) for ids in self._train.ids]
            while self._epochs_done < self._recipe.epochs and not self._has_stalled():
                epoch = self._epochs_done
                seed = self._recipe.seed * 1000 + epoch
                plan = plan_epoch(lengths, self._step_rows, seed=seed)
                self._run_epoch(epoch + 1, plan[self._step - epoch * self._steps_per_epoch :])
                self._validate(epoch + 1)
                self._epochs_done += 1
                self._save()
        finally:
            signal.signal(signal.SIGTERM, previous)
            self._profile.end()
            # DDP's reducer must not be the last to hold the process group: it would join gloo's
            # threads with the interpreter's lock held, while one of them waits for that lock to
            # free a tensor (about 1 exit in 10 hung).
            self._model, self._ddp = self._bare, None
        if self._best_weights is not None:
            self._bare.load_state_dict(self._best_weights)
        return self._best

    def _has_stalled(self) -> bool:
        """Whether validation has not got better for as many epochs as the recipe's patience."""
        patience = self._recipe.patience
        stalled = bool(patience) and self._epochs_done - self._best_epoch >= patience
        if stalled and self._group.leads:
            print(
                f"Stopped early: no better macro-F1 since epoch {self._best_epoch} "
                f"(patience {patience})",
                flush=True,
            )
        return stalled

    def _run_epoch(self, epoch: int, plan: list[list[int]]) -> None:
        group = self._group
        meter = Meter(group)
        passes = [parts_of(chosen, self._pass_rows) for chosen in plan]
        batches = self._profile.timed(
            padded_batches(
                self._train,
                list(chain.from_iterable(passes)),
                pad_id=self._pad_id,
                rank=group.rank,
                world=group.world,
            )
        )
        self._model.train()
        for chosen, parts in zip(plan, passes, strict=True):
            loss = self._take_step(islice(batches, len(parts)), len(parts), len(chosen))
            meter.add(loss, len(chosen))
            self._step += 1
            if self._step % self._log_every == 0 or self._step == self._total:
                meter.report(epoch, self._step, self._total)
            self._stop_if_told()
            if time.monotonic() - self._saved_at >= self._save_interval():
                self._save()

    def _save_interval(self) -> float:
        """Seconds between two checkpoints: more where saving would take too much of the time."""
        wished = self._recipe.checkpoint_seconds
        return wished and max(wished, self._save_seconds / _LARGEST_SAVE_SHARE)

    def _sample(self) -> Batch:
        """A few rows of middle length, on this device."""
        order = sorted(range(len(self._train)), key=lambda row: len(self._train.ids[row]))
        chosen = order[len(order) // 2 :][: min(_MEASURED_ROWS, self._recipe.batch_size)]
        batch = collate(self._train, chosen, pad_id=self._pad_id, rank=0, world=1)
        return batch.to(self._group.device)

    def _take_step(self, batches: Iterator[Batch], passes: int, rows: int) -> Tensor:
        """One optimiser step; returns the sum of this rank's losses.

        Each row counts 1 / rows of the whole step; DDP averages over ranks, hence times world.
        """
        # What dropout draws hangs on the step alone, so that resuming needs no generator's state.
        torch.manual_seed(_step_seed(self._recipe.seed, self._step, self._group.rank))
        total = torch.zeros((), device=self._group.device)
        with self._profile.step():
            for number, batch in enumerate(batches, start=1):
                with self._synchronised(last=number == passes):
                    loss = self._loss_of(batch.to(self._group.device))
                    torch.autograd.backward(loss * self._group.world / rows)
                total += loss.detach()
            nn.utils.clip_grad_norm_(self._bare.parameters(), self._recipe.clip_norm)
            self._optimiser.step()
            self._schedule.step()
            self._optimiser.zero_grad(set_to_none=True)
        return total

    def _loss_of(self, batch: Batch) -> Tensor:
        with self._precision.autocast():
            logits = self._model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask
            ).logits
        losses: Tensor = self._loss(logits.float(), self._targets[batch.places]) * batch.weights
        return losses.sum()

    def _synchronised(self, *, last: bool) -> AbstractContextManager[None]:
        """Ranks exchange gradients once a step, in its last pass."""
        return nullcontext() if last or self._ddp is None else self._ddp.no_sync()

    @torch.inference_mode()
    def _validate(self, epoch: int) -> None:
        group, rows = self._group, self._validation
        plan = plan_in_order([len(ids) for ids in rows.ids], 4 * self._pass_rows)
        tally = torch.zeros(self._classes**2 + 1, device=group.device, dtype=torch.float64)
        self._bare.eval()
        for part in padded_batches(
            rows, plan, pad_id=self._pad_id, rank=group.rank, world=group.world
        ):
            batch = part.to(group.device)
            with self._precision.autocast():
                logits = self._bare(
                    input_ids=batch.input_ids, attention_mask=batch.attention_mask
                ).logits.float()
            cells = batch.labels * self._classes + logits.argmax(dim=-1)
            tally[:-1].index_add_(0, cells, batch.weights.double())
            losses = nn.functional.cross_entropy(logits, batch.labels, reduction="none")
            tally[-1] += (losses * batch.weights).sum()
        values = group.total(tally).cpu().numpy()
        matrix = np.rint(values[:-1]).astype(np.int64).reshape(self._classes, self._classes)
        score = macro_f1(matrix)
        if group.leads:
            print(
                f"validation:loss={values[-1] / len(rows):.4f} "
                f"validation:accuracy={accuracy(matrix):.4f} "
                f"validation:macro_f1={score:.4f} epoch={epoch}",
                flush=True,
            )
        if score > self._best:
            self._best, self._best_epoch = score, epoch
            self._best_weights = (
                {name: value.cpu().clone() for name, value in self._bare.state_dict().items()}
                if group.leads
                else None
            )

    def _on_signal(self, *_: object) -> None:
        self._stop = True

    def _stop_if_told(self) -> None:
        """Ends on every rank at the same step once any of them was told to."""
        if self._group.any(self._stop):
            self._save()
            raise Interrupted(f"stopped by SIGTERM at step {self._step} of {self._total}")

    def _save(self) -> None:
        started = time.monotonic()
        if self._group.leads:
            self._checkpoints.save(
                {
                    "made_by": self._identity(),
                    "precision": self._precision.name,
                    "step": self._step,
                    "epochs_done": self._epochs_done,  # validated too, unlike those of `step`
                    "best": self._best,
                    "best_epoch": self._best_epoch,
                    "best_weights": self._best_weights,
                    "model": self._bare.state_dict(),
                    "optimiser": self._optimiser.state_dict(),
                    "schedule": self._schedule.state_dict(),
                }
            )
        self._saved_at = time.monotonic()
        self._save_seconds = self._saved_at - started

    def _identity(self) -> str:
        """What has to be the same for a checkpoint to be continued."""
        return (
            f"{len(self._train)} rows, {self._group.world} process(es), {self._recipe}, "
            f"{self._labels}"
        )

    def _resume(self) -> str:
        """Goes on from a checkpoint, if there is one; returns the precision it was trained in."""
        state = self._checkpoints.load()
        if state is None:
            return ""
        if state["made_by"] != self._identity():
            if self._group.leads:
                print(f"Starting anew: the checkpoint is of {state['made_by']}", flush=True)
            return ""
        self._step, self._epochs_done = state["step"], state["epochs_done"]
        self._best, self._best_epoch = state["best"], state["best_epoch"]
        self._best_weights = state["best_weights"]
        self._bare.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        if self._group.leads:
            print(f"Resumed at step {self._step} of {self._total}", flush=True)
        return str(state["precision"])


def _class_weights(rows: Rows, classes: int) -> Tensor:
    """[classes] weights by which each class has the same sum; their mean over the rows is 1."""
    counts = np.bincount(rows.labels, minlength=classes)
    return torch.tensor(len(rows) / (classes * np.maximum(1, counts)), dtype=torch.float32)


def _step_seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1)[0])
