"""The training loop: gradient accumulation, clipping, early stop, resumable at any step."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from common.padding import chunks
from common.rated_labels import RatedLabels
from common.rows import Rows
from contract.hyperparameters import Hyperparameters
from training.batches import Batch, collate, padded_batches, plan_epoch
from training.checkpoints import Checkpoints, CheckpointTimer
from training.computation import Computation, choose_computation
from training.fast_dropout import use_fast_dropout
from training.loss import Loss
from training.optimiser import create_optimiser, create_schedule
from training.process_group import ProcessGroup
from training.profiler import TrainingProfiler
from training.running_metrics import RunningMetrics
from training.validation import validate

_LOG_LINES = 100  # of a whole training
_MEASURED_ROWS = 8


class Interrupted(Exception):
    """The job received SIGTERM; its state is saved."""


class Trainer:
    """Trains `model` in place; after `run` it has the weights of the best epoch on the main rank.

    A micro-batch has `batch_size` rows of each rank; a step of the optimiser takes
    `accumulation_steps` micro-batches.
    """

    def __init__(
        self,
        model: Any,
        hyperparameters: Hyperparameters,
        *,
        labels: RatedLabels,
        train: Rows,
        validation: Rows,
        group: ProcessGroup,
        checkpoints: Checkpoints,
        profiler: TrainingProfiler,
    ) -> None:
        self._hyperparameters, self._labels, self._group = hyperparameters, labels, group
        self._train, self._validation = train, validation
        self._checkpoints, self._profiler = checkpoints, profiler
        self._checkpoint_timer = CheckpointTimer(hyperparameters.checkpoint_seconds)
        self._unwrapped = model.to(group.device)
        if group.device.type == "cpu" and not hyperparameters.compiled:
            use_fast_dropout(self._unwrapped)
        self._pad_id = model.config.pad_token_id or 0
        self._ddp = DistributedDataParallel(self._unwrapped) if group.world_size > 1 else None
        self._model = self._ddp or self._unwrapped
        if hyperparameters.compiled:
            self._model = torch.compile(self._model, dynamic=True)
        self._micro_batch_rows = hyperparameters.batch_size * group.world_size
        self._step_rows = self._micro_batch_rows * hyperparameters.accumulation_steps
        self._steps_per_epoch = -(-len(train) // self._step_rows)
        self._total_steps = self._steps_per_epoch * hyperparameters.epochs
        self._optimiser = create_optimiser(self._unwrapped, hyperparameters)
        self._schedule = create_schedule(self._optimiser, hyperparameters, self._total_steps)
        self._loss = Loss(labels, hyperparameters, label_ids=train.labels, device=group.device)
        self._log_every = max(1, self._total_steps // _LOG_LINES)
        self._step = self._epochs_done = self._best_epoch = 0
        self._best_score = -1.0
        self._best_weights: dict[str, Tensor] | None = None
        self._received_sigterm = False
        self._computation = Computation("fp32", "")  # until `run` chooses

    def run(self) -> float:
        """Trains to the end and returns the best validation macro-F1.

        Raises Interrupted after SIGTERM, with the state saved.
        """
        previous = signal.signal(signal.SIGTERM, self._on_sigterm)
        if not self._resume():
            self._computation = choose_computation(
                self._hyperparameters.precision, self._unwrapped, self._sample(), self._group
            )
        try:
            lengths = [len(ids) for ids in self._train.ids]
            while self._epochs_done < self._hyperparameters.epochs and not self._has_stalled():
                epoch = self._epochs_done
                seed = self._hyperparameters.seed * 1000 + epoch
                plan = plan_epoch(lengths, self._step_rows, seed=seed)
                self._run_epoch(epoch + 1, plan[self._step - epoch * self._steps_per_epoch :])
                self._validate(epoch + 1)
                self._epochs_done += 1
                self._save()
        finally:
            signal.signal(signal.SIGTERM, previous)
            self._profiler.stop()
            # DDP's reducer must not be the last to hold the process group: it would join gloo's
            # threads with the interpreter's lock held, while one of them waits for that lock to
            # free a tensor (about 1 exit in 10 hung).
            self._model, self._ddp = self._unwrapped, None
        if self._best_weights is not None:
            self._unwrapped.load_state_dict(self._best_weights)
        return self._best_score

    def _has_stalled(self) -> bool:
        """Whether the macro-F1 of validation has not improved for `patience` epochs."""
        patience = self._hyperparameters.patience
        stalled = bool(patience) and self._epochs_done - self._best_epoch >= patience
        if stalled and self._group.is_main:
            print(
                f"Stopped early: no better macro-F1 since epoch {self._best_epoch} "
                f"(patience {patience})",
                flush=True,
            )
        return stalled

    def _run_epoch(self, epoch: int, plan: list[list[int]]) -> None:
        """Takes a step for each list of row numbers in the plan."""
        metrics = RunningMetrics(self._group)
        micro_batches = [chunks(rows, self._micro_batch_rows) for rows in plan]
        batches = self._profiler.timed_batches(
            padded_batches(
                self._train,
                list(chain.from_iterable(micro_batches)),
                pad_id=self._pad_id,
                rank=self._group.rank,
                world_size=self._group.world_size,
            )
        )
        self._model.train()
        for rows, parts in zip(plan, micro_batches, strict=True):
            loss = self._take_step(islice(batches, len(parts)), len(parts), len(rows))
            metrics.add(loss, len(rows))
            self._step += 1
            if self._step % self._log_every == 0 or self._step == self._total_steps:
                metrics.report(epoch, self._step, self._total_steps)
            self._stop_after_sigterm()
            if self._checkpoint_timer.is_due:
                self._save()

    def _sample(self) -> Batch:
        """A few rows of median length, on this device, to measure computations with."""
        order = sorted(range(len(self._train)), key=lambda row: len(self._train.ids[row]))
        rows = order[len(order) // 2 :][: min(_MEASURED_ROWS, self._hyperparameters.batch_size)]
        batch = collate(self._train, rows, pad_id=self._pad_id, rank=0, world_size=1)
        return batch.to(self._group.device)

    def _take_step(self, batches: Iterator[Batch], count: int, rows: int) -> Tensor:
        """One optimiser step on `count` micro-batches; returns the sum of this rank's losses.

        Each of the step's `rows` counts 1 / rows. DDP averages the gradients over the ranks, so
        they are multiplied by the world size.
        """
        # What dropout draws depends on the step alone, so resuming needs no generator's state.
        torch.manual_seed(_step_seed(self._hyperparameters.seed, self._step, self._group.rank))
        total = torch.zeros((), device=self._group.device)
        with self._profiler.step():
            for number, batch in enumerate(batches, start=1):
                with self._gradient_exchange(is_last=number == count):
                    loss = self._loss_of(batch.to(self._group.device))
                    torch.autograd.backward(loss * self._group.world_size / rows)
                total += loss.detach()
            nn.utils.clip_grad_norm_(self._unwrapped.parameters(), self._hyperparameters.clip_norm)
            self._optimiser.step()
            self._schedule.step()
            self._optimiser.zero_grad(set_to_none=True)
        return total

    def _loss_of(self, batch: Batch) -> Tensor:
        """The sum of the losses of a micro-batch."""
        with self._computation.autocast(self._group.device):
            logits = self._model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask
            ).logits
        return (self._loss(logits, batch.rating_indices) * batch.weights).sum()

    def _gradient_exchange(self, *, is_last: bool) -> AbstractContextManager[None]:
        """Ranks exchange gradients once a step, in its last micro-batch."""
        return nullcontext() if is_last or self._ddp is None else self._ddp.no_sync()

    def _validate(self, epoch: int) -> None:
        """Keeps the weights if they have the best macro-F1 so far."""
        result = validate(
            self._unwrapped,
            self._validation,
            classes=len(self._labels.names),
            batch_size=4 * self._micro_batch_rows,
            pad_id=self._pad_id,
            group=self._group,
            computation=self._computation,
        )
        if self._group.is_main:
            best = max(self._best_score, result.macro_f1)
            print(result.log_line(epoch, best), flush=True)
        if result.macro_f1 > self._best_score:
            self._best_score, self._best_epoch = result.macro_f1, epoch
            weights = self._unwrapped.state_dict().items()
            self._best_weights = (
                {name: value.cpu().clone() for name, value in weights}
                if self._group.is_main
                else None
            )

    def _on_sigterm(self, *_: object) -> None:
        self._received_sigterm = True

    def _stop_after_sigterm(self) -> None:
        """Ends every rank at the same step, once any of them has received SIGTERM."""
        if self._group.any(self._received_sigterm):
            self._save()
            raise Interrupted(f"stopped by SIGTERM at step {self._step} of {self._total_steps}")

    def _save(self) -> None:
        with self._checkpoint_timer.saving():
            if self._group.is_main:
                self._checkpoints.save(self._state())

    def _state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "made_by": self._identity(),
            "precision": self._computation.precision,
            "attention": self._computation.attention,
            "step": self._step,
            "epochs_done": self._epochs_done,  # validated too, unlike those of `step`
            "best": self._best_score,
            "best_epoch": self._best_epoch,
            "best_weights": self._best_weights,
            "model": self._unwrapped.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def _identity(self) -> str:
        """What must be equal for a checkpoint to be continued."""
        return (
            f"{len(self._train)} rows, {self._group.world_size} process(es), "
            f"{self._hyperparameters}, {self._labels}"
        )

    def _resume(self) -> bool:
        """Continues from a checkpoint, with its computation, if there is one; whether it did."""
        state = self._checkpoints.load()
        if state is None:
            return False
        if state["made_by"] != self._identity():
            if self._group.is_main:
                print(f"Starting anew: the checkpoint is of {state['made_by']}", flush=True)
            return False
        self._step, self._epochs_done = state["step"], state["epochs_done"]
        self._best_score, self._best_epoch = state["best"], state["best_epoch"]
        self._best_weights = state["best_weights"]
        self._computation = Computation(state["precision"], state["attention"])
        self._computation.set_up(self._unwrapped)
        self._unwrapped.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        if self._group.is_main:
            print(f"Resumed at step {self._step} of {self._total_steps}", flush=True)
        return True


def _step_seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1)[0])
